package dev.perdure.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.LoggerFactory;

/** Counts the warnings and errors that this process logs. */
final class LogCounter extends AppenderBase<ILoggingEvent> {
    private final AtomicLong logged = new AtomicLong();

    /** Returns a counter of everything that is logged from now on; it stays at 0 if something else than Logback logs. */
    static LogCounter begin() {
        var counter = new LogCounter();
        counter.start();
        if (LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
            counter.setContext(root.getLoggerContext());
            root.addAppender(counter);
        }
        return counter;
    }

    long logged() {
        return logged.get();
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
            logged.incrementAndGet();
        }
    }
}

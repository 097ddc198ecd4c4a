package dev.perdure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LogCounterTest {
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final List<ch.qos.logback.core.Appender<ch.qos.logback.classic.spi.ILoggingEvent>> others =
            new ArrayList<>();
    private final Level level = root.getLevel();
    private final LogCounter counter = new LogCounter();

    /** What is logged on purpose would look like a failure in the tests' output. */
    @BeforeEach
    void silence() {
        root.iteratorForAppenders().forEachRemaining(others::add);
        others.forEach(root::detachAppender);
        root.setLevel(Level.INFO); // as a worker logs
    }

    @AfterEach
    void speak() {
        root.setLevel(level);
        root.detachAndStopAllAppenders();
        others.forEach(root::addAppender);
    }

    @Test
    void warningsAndErrorsOfAllLoggersAreCountedFromTheBeginningOn() {
        var log = LoggerFactory.getLogger("dev.perdure.somewhere");
        log.warn("before");
        LogCounter begun = LogCounter.begin();
        assertThat(begun.logged()).isZero();
        log.warn("one");
        LoggerFactory.getLogger("org.elsewhere").error("two", new IllegalStateException("two"));
        assertThat(begun.logged()).isEqualTo(2);
    }

    @Test
    void whatIsLoggedForPeopleToFollowIsNotCounted() {
        counter.start();
        for (Level level : List.of(Level.TRACE, Level.DEBUG, Level.INFO)) {
            counter.doAppend(event(level));
        }
        assertThat(counter.logged()).isZero();
        counter.doAppend(event(Level.WARN));
        counter.doAppend(event(Level.ERROR));
        assertThat(counter.logged()).isEqualTo(2);
    }

    @Test
    void manyThreadsMayLogAtOnce() throws InterruptedException {
        counter.start();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < 8; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                for (int j = 0; j < 500; j++) {
                    counter.append(event(Level.ERROR));
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(counter.logged()).isEqualTo(4_000);
    }

    private static LoggingEvent event(Level level) {
        var event = new LoggingEvent();
        event.setLoggerContext((LoggerContext) LoggerFactory.getILoggerFactory());
        event.setLevel(level);
        event.setMessage("a line");
        return event;
    }
}

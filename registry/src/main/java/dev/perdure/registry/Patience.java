package dev.perdure.registry;

import dev.perdure.core.Backoff;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/** Asks a database again while its trouble may pass, for a bounded time, and says what the trouble was when it did not. */
final class Patience {
    private static final Backoff BACKOFF = new Backoff(Integer.MAX_VALUE, Duration.ofMillis(5), Duration.ofMillis(200));

    private final String registry;
    private final Duration longest;

    Patience(String registry, Duration longest) {
        this.registry = registry;
        this.longest = longest;
    }

    /** Something asked of the database, which may be asked again. */
    interface Question<T extends @Nullable Object> {
        T ask() throws RegistryException, SQLException;
    }

    /**
     * Returns the first answer.
     *
     * @throws RegistryUnavailableException if the trouble did not pass in time
     * @throws RegistryUnusableException if it is none that passes
     */
    <T extends @Nullable Object> T ask(Question<T> question) throws RegistryException {
        long begin = System.nanoTime();
        for (int attempt = 1; ; attempt++) {
            try {
                return question.ask();
            } catch (SQLException e) {
                throwUnlessPassing(e, begin);
            } catch (JdbiException e) {
                throwUnlessPassing(causeOf(e), begin);
            }
            LockSupport.parkNanos(BACKOFF.pauseAfter(attempt).toNanos());
        }
    }

    private void throwUnlessPassing(SQLException e, long begin) throws RegistryException {
        Trouble trouble = Trouble.of(e);
        switch (trouble.kind()) {
            case PASSING -> throwIfLate(trouble, e, begin);
            case LASTING ->
                throw new RegistryUnusableException(
                        "registry %s: %s (expected: a database of Perdure's). %s"
                                .formatted(registry, trouble.what(), trouble.next()),
                        e);
            case BUG -> throw new IllegalStateException("registry %s: %s".formatted(registry, trouble.what()), e);
        }
    }

    private void throwIfLate(Trouble trouble, SQLException e, long begin) throws RegistryUnavailableException {
        if (System.nanoTime() - begin >= longest.toNanos()
                || Thread.currentThread().isInterrupted()) {
            throw new RegistryUnavailableException(
                    "registry %s: %s (expected: an answer within %d ms). %s"
                            .formatted(registry, trouble.what(), longest.toMillis(), trouble.next()),
                    e);
        }
    }

    private static SQLException causeOf(JdbiException e) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return sql;
            }
        }
        throw e;
    }
}

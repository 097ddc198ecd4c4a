package dev.perdure.testkit;

import java.util.ArrayList;
import java.util.List;

/**
 * What a test has begun, to be ended when it is over, the latest first: a field with {@link org.junit.jupiter.api.AutoClose}. What
 * cannot be closed keeps nothing else from being closed.
 */
public final class ToClose implements AutoCloseable {
    private final List<AutoCloseable> all = new ArrayList<>();

    /** Adds one more, and returns it. */
    public <T extends AutoCloseable> T add(T one) {
        all.add(one);
        return one;
    }

    /** Closes all that there is; others may be added afterwards. */
    @Override
    public void close() {
        List<AutoCloseable> closing = List.copyOf(all).reversed();
        all.clear();
        var failures = new ArrayList<Exception>();
        for (AutoCloseable one : closing) {
            try {
                one.close();
            } catch (Exception e) {
                failures.add(e);
            }
        }
        if (!failures.isEmpty()) {
            var failed = new AssertionError("what the test began could not be closed");
            failures.forEach(failed::addSuppressed);
            throw failed;
        }
    }
}

package dev.perdure.supervision;

import java.util.regex.Pattern;

/**
 * The name of one life of a worker process. A process that is started again has another one, so that nothing an earlier
 * life says can be taken for the later one's.
 *
 * @param name letters, digits, {@code . _ -}; at most 100 of them
 */
public record WorkerId(String name) implements Comparable<WorkerId> {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,100}");

    public WorkerId {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "worker: '%s' (expected: 1 to 100 letters, digits and . _ -)".formatted(name));
        }
    }

    @Override
    public int compareTo(WorkerId other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}

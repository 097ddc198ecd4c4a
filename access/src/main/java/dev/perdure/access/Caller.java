package dev.perdure.access;

import dev.perdure.oip.Right;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * Who asks, as was shown and not only said.
 *
 * @param name that limits count for, and logs tell
 * @param rights what it may; whoever may change what is served may also ask
 */
public record Caller(String name, Set<Right> rights) {
    public Caller {
        if (name.isBlank()) {
            throw new IllegalArgumentException("name: '%s' (expected: not blank)".formatted(name));
        }
        EnumSet<Right> all = EnumSet.of(Right.NONE);
        all.addAll(rights);
        if (all.contains(Right.ADMIN)) {
            all.add(Right.PREDICT);
        }
        rights = Collections.unmodifiableSet(all);
    }

    /** Whether it is allowed that. */
    public boolean may(Right right) {
        return rights.contains(right);
    }
}

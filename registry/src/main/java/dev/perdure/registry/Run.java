package dev.perdure.registry;

import java.time.Instant;

/**
 * A run as it was begun.
 *
 * @param id its name, unique in one registry
 * @param created when it was begun, kept in milliseconds
 * @param configuration the digest of its resolved configuration
 * @param recipe the digest of its recipe
 * @param build the version of Perdure that began it
 */
public record Run(String id, Instant created, String configuration, String recipe, String build) {
    public Run {
        Checks.name("run", id);
        Checks.name("configuration", configuration);
        Checks.name("recipe", recipe);
        Checks.name("build", build);
        created = Checks.millis(created);
    }

    /** Returns whether the other describes the same training; when it was begun does not matter. */
    boolean isSameAs(Run other) {
        return equals(new Run(other.id, created, other.configuration, other.recipe, other.build));
    }
}

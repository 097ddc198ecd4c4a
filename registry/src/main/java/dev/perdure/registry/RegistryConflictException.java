package dev.perdure.registry;

/** The registry remembers it otherwise. Two things were mixed up, or there is a bug; trying again cannot help. */
public final class RegistryConflictException extends RegistryException {
    private static final long serialVersionUID = 1L;

    private RegistryConflictException(String message) {
        super(message, null);
    }

    static RegistryConflictException unknownRun(String run) {
        return new RegistryConflictException(
                "run %s is not registered (expected: a run of this registry). Register it first, or look whether this is the right registry."
                        .formatted(run));
    }

    static RegistryConflictException otherRun(Run given, Run stored) {
        return new RegistryConflictException(
                ("run %s: configuration %s, recipe %s, build %s (expected, as registered: configuration %s, recipe %s, build"
                                + " %s). Go on with what it was begun with, or begin a run of another name.")
                        .formatted(
                                given.id(),
                                given.configuration(),
                                given.recipe(),
                                given.build(),
                                stored.configuration(),
                                stored.recipe(),
                                stored.build()));
    }

    static RegistryConflictException differs(String run, String what, Object given, Object stored) {
        return new RegistryConflictException(
                "run %s: %s is written already and cannot change: %s (expected, as stored: %s). Give a new one the next number."
                        .formatted(run, what, given, stored));
    }

    static RegistryConflictException goesBack(String run, String what, long given, long newest) {
        return new RegistryConflictException(
                "run %s: %s %d (expected: > %d, the newest). Numbers only grow: go on from what the registry says."
                        .formatted(run, what, given, newest));
    }
}

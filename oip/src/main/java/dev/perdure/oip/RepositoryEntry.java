package dev.perdure.oip;

/**
 * A version of a model that the repository knows.
 *
 * @param version empty when there is none to tell
 * @param reason why it is in this state; empty when there is nothing to tell
 */
public record RepositoryEntry(String name, String version, State state, String reason) {
    /** Whether a version can be asked. */
    public enum State {
        UNKNOWN,
        READY,
        UNAVAILABLE,
        LOADING,
        UNLOADING
    }
}

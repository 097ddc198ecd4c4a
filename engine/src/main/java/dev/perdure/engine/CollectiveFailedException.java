package dev.perdure.engine;

/**
 * A group of members no longer works together: one of them is gone, was aborted, or did not answer in time. Nothing
 * that the failed operation was to fill may be used. The remedy is to close the group and to form a new one of those who
 * are left.
 */
public final class CollectiveFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Says what failed.
     *
     * @param operation what the member was doing, such as {@code broadcast} or {@code meeting of 3 members}
     * @param member the member that says it, such as {@code rank 1 of 3, generation 7}
     * @param known what is known of the cause, without a full stop
     */
    public CollectiveFailedException(String operation, String member, String known) {
        super("%s (%s): %s. The group is of no use any more: close it and form another."
                .formatted(operation, member, known));
    }
}

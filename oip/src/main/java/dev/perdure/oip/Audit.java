package dev.perdure.oip;

/** Keeps what was changed, and by whom. Methods may block. */
public interface Audit {
    /**
     * Something is about to be done.
     *
     * @throws OipException if that cannot be kept: it is not done then
     */
    void asked(AdminAction action);

    /**
     * It has ended.
     *
     * @param reason why it was not done; empty when it was
     */
    void ended(AdminAction action, boolean isDone, String reason);

    /** Somebody who is known may not do it. */
    void refused(AdminAction action, String reason);
}

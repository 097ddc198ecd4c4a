package dev.perdure.reliability;

/** What a detector can have noticed. */
public enum EvidenceKind {
    PROCESS_EXITED("the process has exited"),
    CONNECTION_LOST("the connection is lost"),
    HEARTBEAT_MISSED("heartbeats are missing"),
    STUCK_LOADING("it is stuck in data loading"),
    STUCK_COMPUTING("it is stuck in computation"),
    STUCK_COLLECTIVE("it is stuck in a collective"),
    STUCK_SAVING("it is stuck in saving"),
    SLOWER_THAN_PEERS("it is slower than its peers"),
    NOT_FINITE("a loss or gradient is not finite"),
    LOSS_SPIKE("the loss has jumped"),
    LOSS_DIVERGING("the loss stays far above what it was"),
    DIGEST_DIFFERS("its weights differ from the majority's"),
    MICROBATCH_DIFFERS("a microbatch came out different when computed again elsewhere"),
    ERROR_LOGS("it logs more errors than when healthy"),
    STORAGE_ERROR("storage gave an error"),
    STORAGE_SLOW("storage is slower than it was"),
    RECORD_INVALID("a record does not fit the schema"),
    OUT_OF_MEMORY("memory ran out"),
    HOST_FAILED_BEFORE("its host has failed far more often than the fleet");

    private final String words;

    EvidenceKind(String words) {
        this.words = words;
    }

    /** Returns what was noticed, as a clause. */
    public String words() {
        return words;
    }
}

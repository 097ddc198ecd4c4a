package dev.perdure.reliability;

/** What can be wrong, or nothing. The list is closed: a new kind needs a column in every table. */
public enum FaultKind {
    HEALTHY("nothing is wrong"),
    PROCESS_DEATH("a process died"),
    OUT_OF_MEMORY("memory ran out"),
    HANG("a worker hangs"),
    SLOW_WORKER("a worker is slow"),
    NETWORK_CUT("the network is cut or slow"),
    NOT_FINITE("numbers overflowed"),
    DIVERGENCE("the training diverges"),
    BAD_RECORD("a record is bad"),
    SILENT_CORRUPTION("a worker computes or keeps wrong bits"),
    STORAGE_FAULT("storage fails or is slow"),
    HOST_FAULT("a host is broken");

    private final String words;

    FaultKind(String words) {
        this.words = words;
    }

    /** Returns what is wrong, as a clause. */
    public String words() {
        return words;
    }
}

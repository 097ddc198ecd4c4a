package dev.perdure.testkit;

/** How an operation of a store goes wrong. */
public enum Fault {
    /** An error, and nothing was done. */
    ERROR_BEFORE,

    /** It was done, and the answer was lost. */
    ERROR_AFTER_EFFECT,

    /** A put leaves only the first part of the bytes under the name, and says that all is well: a disk that lies. */
    TORN_WRITE,

    /** A put leaves only the first part of the bytes under the name, and the process dies: a disk that lied before. */
    TORN_WRITE_THEN_CRASH,

    /** A put finds no room. */
    STORE_FULL,

    /** A read gives one bit that is not what was stored. */
    FLIPPED_BIT_ON_READ,

    /** The process dies, and nothing was done. */
    CRASH_BEFORE,

    /** The process dies after it was done. */
    CRASH_AFTER_EFFECT;

    /** Returns whether no operation follows, because the process is gone. */
    public boolean isCrash() {
        return switch (this) {
            case TORN_WRITE_THEN_CRASH, CRASH_BEFORE, CRASH_AFTER_EFFECT -> true;
            case ERROR_BEFORE, ERROR_AFTER_EFFECT, TORN_WRITE, STORE_FULL, FLIPPED_BIT_ON_READ -> false;
        };
    }
}

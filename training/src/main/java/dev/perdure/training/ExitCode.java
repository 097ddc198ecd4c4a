package dev.perdure.training;

/** How a {@code perdure} process says what came of it. */
public enum ExitCode {
    OK(0, "Done."),
    INTERNAL(1, "A fault in Perdure itself, or a run that ended in a way nobody foresaw."),
    BAD_SETTING(2, "A setting, an argument or a file cannot be used as written."),
    BAD_DATA(3, "More records are damaged than the configuration allows, or the data changed."),
    STORE_FAILED(4, "Checkpoints could not be saved within the budget; nothing saved before is lost."),
    DIVERGED(5, "Loss or gradient is not finite; the newest checkpoint is from before."),
    RESTARTS_SPENT(6, "Workers or supervisors died more often than is allowed."),
    DAMAGED(7, "No intact checkpoint was found, or a checkpoint or bundle that was checked is damaged."),
    INTERRUPTED(130, "Stopped by a signal; resume goes on.");

    private final int code;
    private final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    public int code() {
        return code;
    }

    public String meaning() {
        return meaning;
    }

    /** Returns the meaning of an exit value; {@link #INTERNAL} when it has none. */
    public static ExitCode of(int code) {
        for (ExitCode known : values()) {
            if (known.code == code) {
                return known;
            }
        }
        return INTERNAL;
    }

    /** Returns whether a trainer that ended with this code would end the same way if it were started again. */
    public static boolean isFinal(int code) {
        ExitCode known = of(code);
        return known != INTERNAL && known != INTERRUPTED;
    }
}

package dev.perdure.oip;

import java.util.Locale;

/** What somebody must be allowed to ask for something. */
public enum Right {
    /** Nothing: anybody may, unless even that is closed. */
    NONE,
    /** To ask models, and about them. */
    PREDICT,
    /** To change what is served. */
    ADMIN;

    /** Returns the word for the role that has it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}

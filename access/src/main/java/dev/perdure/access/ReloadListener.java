package dev.perdure.access;

/** Hears what becomes of files that are read again. From the thread that reads them. */
public interface ReloadListener {
    /** Hears nothing. */
    ReloadListener NONE = (_, _, _) -> {};

    /**
     * Files have changed.
     *
     * @param what they are, for people
     * @param isTaken whether what they say now counts; otherwise what they said before does
     * @param words what they say, or what is wrong with it
     */
    void changed(String what, boolean isTaken, String words);
}

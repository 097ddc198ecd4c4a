package dev.perdure.guard;

/** What is done about a value that was not expected. */
public enum Action {
    /** It becomes the nearest expected value. */
    CLIP("clipped"),
    /** It becomes what stands for a missing value: a column's mean or median, its most frequent category. */
    IMPUTE("imputed"),
    /** Its sample is not to be computed. */
    REJECT("rejected"),
    /** It is reported, and stays as it is. */
    PASS("let pass");

    private final String words;

    Action(String words) {
        this.words = words;
    }

    /** Returns what was done, in words. */
    public String words() {
        return words;
    }
}

package dev.perdure.recall;

/** What is to be written behind. */
sealed interface Change {
    /** An answer is there now. */
    record Keep(KnownAnswer answer) implements Change {}

    /** An answer is not there any more. */
    record Forget(Question question) implements Change {}

    /** Nothing of this source is there any more. */
    record ForgetSource(String source) implements Change {}

    /** Nothing of this model is there any more. */
    record ForgetModel(String model) implements Change {}
}

package dev.perdure.data;

/** What a sample is for. Every sample belongs to exactly one part. */
public enum Part {
    /** The model learns from it. */
    TRAIN,
    /** Chooses between models and settings; never learnt from. */
    VALIDATION,
    /** Says at the end how good the model is; never chosen by. */
    TEST
}

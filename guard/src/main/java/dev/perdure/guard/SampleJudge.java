package dev.perdure.guard;

/** Judges one sample. */
sealed interface SampleJudge permits TableJudge, ImageJudge {

    /**
     * @param values of the sample as the model takes them; changed where the policy has it so
     * @param sample its place in the batch
     */
    void judge(float[] values, int sample, Findings findings);
}

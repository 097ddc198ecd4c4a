package dev.perdure.training;

import dev.perdure.core.State;
import java.util.BitSet;

/**
 * Counts exactly which samples the weights have been trained on. It is part of the state, so it goes back with the
 * weights when a step is redone: what it counts are the samples along the steps that the weights went through.
 *
 * <p>Within an epoch each sample has a bit. A sample whose bit is already set is repeated; one whose bit is not set when
 * its epoch ends was lost. Not thread-safe.
 */
public final class SampleLedger {
    private static final String CONSUMED = "data/consumed";
    private static final String SEEN = "data/samplesSeen";
    private static final String LOST = "data/samplesLost";
    private static final String REPEATED = "data/samplesRepeated";
    private static final String SKIPPED = "data/samplesSkipped";

    private final int samples;
    private BitSet consumed = new BitSet();
    private long seen;
    private long lost;
    private long repeated;
    private long skipped;

    /**
     * Begins with nothing consumed.
     *
     * @param samples how many different samples an epoch should consume
     */
    public SampleLedger(int samples) {
        this.samples = samples;
    }

    /** Books one sample, by its number in the data set, as consumed in the current epoch. */
    public void consume(int sample) {
        seen++;
        if (consumed.get(sample)) {
            repeated++;
        }
        consumed.set(sample);
    }

    /** Books one sample as left out in the current epoch, because the recipe says so: it is not lost. */
    public void skip(int sample) {
        skipped++;
        consumed.set(sample);
    }

    /** Closes the epoch. */
    public void endEpoch() {
        lost += samples - consumed.cardinality();
        consumed.clear();
    }

    public long seen() {
        return seen;
    }

    public long lost() {
        return lost;
    }

    public long repeated() {
        return repeated;
    }

    public long skipped() {
        return skipped;
    }

    void addTo(State.Builder state) {
        state.integer(SEEN, seen)
                .integer(LOST, lost)
                .integer(REPEATED, repeated)
                .blob(CONSUMED, consumed.toByteArray());
        if (skipped > 0) {
            state.integer(SKIPPED, skipped);
        }
    }

    void restore(State state) {
        seen = state.integer(SEEN);
        lost = state.integer(LOST);
        repeated = state.integer(REPEATED);
        skipped = state.entries().containsKey(SKIPPED) ? state.integer(SKIPPED) : 0;
        consumed = BitSet.valueOf(state.blob(CONSUMED));
    }
}

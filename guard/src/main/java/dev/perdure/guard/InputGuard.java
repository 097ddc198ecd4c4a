package dev.perdure.guard;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.model.Bundle;
import dev.perdure.model.GuardProfile;
import dev.perdure.model.ModelSignature;
import dev.perdure.model.Preprocessing;
import dev.perdure.model.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Judges what is sent to a model by what training saw: values that are missing, outside of the range or extreme, categories
 * never seen, images unusually dark or bright. Types and shapes are for others to judge, before. Immutable, and safe for use
 * by several threads.
 *
 * <p>Inputs are those of the model, after preprocessing; findings speak of raw values. A column's missing number is NaN, a
 * missing category is no mark at all. The same input always gets the same judgement.
 *
 * <p>One pass over the values; memory for one sample, and for a copy when a value has to be changed.
 */
public final class InputGuard {
    /** How many findings a request gets at most; the others are only counted. */
    public static final int FINDINGS_MAX = 32;

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final Shape sample;
    private final SampleJudge judge;

    private InputGuard(Shape sample, SampleJudge judge) {
        this.sample = sample;
        this.judge = judge;
    }

    /** Returns a bundle's guard, or nothing where the bundle does not say enough: {@link #absence} says what is missing. */
    public static Optional<InputGuard> of(Bundle bundle, GuardPolicy policy) {
        return absence(bundle).isPresent()
                ? Optional.empty()
                : of(
                        bundle.guard().orElseThrow(),
                        bundle.preprocessing().orElseThrow(),
                        bundle.signature().inputs().getFirst().sample(),
                        policy);
    }

    /** Returns why a bundle has no guard, for people; nothing when it has one. */
    public static Optional<String> absence(Bundle bundle) {
        return absence(bundle.guard(), bundle.preprocessing(), bundle.signature());
    }

    /** Returns why there is no guard of what a bundle says, for people; nothing when there is one. */
    public static Optional<String> absence(
            Optional<GuardProfile> profile, Optional<Preprocessing> preprocessing, ModelSignature signature) {
        List<TensorSpec> inputs = signature.inputs();
        if (profile.isEmpty()) {
            return Optional.of("the bundle has no guard profile");
        }
        if (preprocessing.isEmpty()) {
            return Optional.of("the bundle does not say how raw values become what the model takes");
        }
        if (inputs.size() != 1 || inputs.getFirst().dtype() != DType.F32) {
            return Optional.of("the model takes %s (expected: one tensor of F32)".formatted(inputs));
        }
        Shape sample = inputs.getFirst().sample();
        return of(profile.get(), preprocessing.get(), sample, GuardPolicy.onlyReport())
                        .isPresent()
                ? Optional.empty()
                : Optional.of("the guard profile does not fit samples of %s".formatted(sample));
    }

    /** Returns everything that can be found in inputs of this kind, by feature, and what can be done about it. */
    public static SequencedMap<String, Map<Surprise, Set<Action>>> possible(GuardProfile profile) {
        var possible = new LinkedHashMap<String, Map<Surprise, Set<Action>>>();
        if (profile.image().isPresent()) {
            var onlyWhole = EnumSet.of(Action.REJECT, Action.PASS);
            possible.put(ImageJudge.PIXELS, all(Surprise.NEVER_MISSING, Surprise.EXTREME, Surprise.OUTSIDE));
            var ofMean = new EnumMap<Surprise, Set<Action>>(Surprise.class);
            ofMean.put(Surprise.EXTREME, onlyWhole);
            ofMean.put(Surprise.OUTSIDE, onlyWhole);
            possible.put(ImageJudge.MEAN, ofMean);
            possible.put(ImageJudge.SIZE, all(Surprise.SIZE));
        }
        for (GuardProfile.Feature feature : profile.features()) {
            possible.put(
                    feature.name(),
                    switch (feature) {
                        case GuardProfile.Feature.Numeric _ ->
                            all(Surprise.MISSING, Surprise.NEVER_MISSING, Surprise.EXTREME, Surprise.OUTSIDE);
                        case GuardProfile.Feature.Categorical _ ->
                            all(Surprise.MISSING, Surprise.UNSEEN_CATEGORY, Surprise.NO_CATEGORY);
                    });
        }
        profile.inner().ifPresent(inner -> possible.put(InnerGuard.feature(inner), all(Surprise.ABNORMAL)));
        return possible;
    }

    private static Map<Surprise, Set<Action>> all(Surprise... surprises) {
        var possible = new EnumMap<Surprise, Set<Action>>(Surprise.class);
        for (Surprise surprise : surprises) {
            possible.put(surprise, surprise.possible());
        }
        return possible;
    }

    /**
     * Returns a guard, or nothing where profile, preprocessing and shape do not fit each other.
     *
     * @param sample the shape of what the model takes
     */
    public static Optional<InputGuard> of(
            GuardProfile profile, Preprocessing preprocessing, Shape sample, GuardPolicy policy) {
        return Placement.of(preprocessing, sample)
                .flatMap(placement -> profile.image().isPresent()
                        ? ImageJudge.of(profile.image().get(), placement, sample, policy)
                        : TableJudge.of(profile, placement, sample, policy))
                .map(judge -> new InputGuard(sample, judge));
    }

    /**
     * Judges a batch.
     *
     * @param input F32 {@code [samples, …]} of the model's shape; any number of samples; only read
     * @throws IllegalArgumentException if it is of another type or shape
     */
    public Judgement judge(TensorData input) {
        int samples = samples(input);
        int values = (int) sample.elements();
        float[] scratch = new float[values];
        var findings = new Findings();
        float[] copy = null;
        for (int i = 0; i < samples; i++) {
            MemorySegment.copy(input.data(), FLOAT, (long) i * values * Float.BYTES, scratch, 0, values);
            boolean before = findings.changed();
            judge.judge(scratch, i, findings);
            if (findings.changed() && !before) {
                copy = input.data().toArray(FLOAT);
            }
            if (copy != null) {
                System.arraycopy(scratch, 0, copy, i * values, values);
            }
        }
        return findings.judgement(copy == null ? input : TensorData.of(input.shape(), copy));
    }

    /** Returns a batch without the samples that are not to be computed: a copy on the heap. */
    public static TensorData without(TensorData input, BitSet rejected) {
        long[] sizes = input.shape().toArray();
        long bytes = sizes[0] == 0 ? 0 : input.bytes() / sizes[0];
        int samples = Math.toIntExact(sizes[0]);
        sizes[0] = (long) samples - rejected.cardinality();
        long[] room =
                new long[Math.toIntExact((sizes[0] * bytes + Long.BYTES - 1) / Long.BYTES)]; // aligned for any type
        MemorySegment kept = MemorySegment.ofArray(room).asSlice(0, sizes[0] * bytes);
        int at = 0;
        for (int i = rejected.nextClearBit(0); i < samples; i = rejected.nextClearBit(i + 1)) {
            MemorySegment.copy(input.data(), i * bytes, kept, at++ * bytes, bytes);
        }
        return new TensorData(input.dtype(), Shape.of(sizes), kept);
    }

    private int samples(TensorData input) {
        Shape shape = input.shape();
        boolean fits = input.dtype() == DType.F32 && shape.dimensions() == sample.dimensions() + 1;
        for (int i = 0; fits && i < sample.dimensions(); i++) {
            fits = shape.size(i + 1) == sample.size(i);
        }
        if (!fits || shape.elements() > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("guard: %s %s (expected: F32 [samples, %s, less than 2^31 values"
                    .formatted(input.dtype(), shape, sample.toString().substring(1)));
        }
        return (int) shape.size(0);
    }
}

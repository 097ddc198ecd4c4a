package dev.perdure.training;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Collective;
import dev.perdure.engine.Collective.Part;
import dev.perdure.engine.TrainableModel.Evaluation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** What a member that joins is sent, to stay where the others are once it has copied the state. */
sealed interface FollowedStep {

    /**
     * Apply a step.
     *
     * @param gradient of the whole batch
     * @param results the rows of all microbatches, as {@link ResultTable} has them
     * @param samples of the whole batch
     */
    record Step(long step, MemorySegment gradient, MemorySegment results, MemorySegment samples)
            implements FollowedStep {}

    /** A step's batch is left out; these are its samples. */
    record Skipped(long step, MemorySegment samples) implements FollowedStep {}

    /** The epoch that the last step ended was evaluated. */
    record Evaluated(Evaluation heldOut) implements FollowedStep {}

    /** There is nothing more to be applied at the moment. */
    record UpToDate() implements FollowedStep {}

    /** The others go over now: whatever follows is computed together. */
    record Over() implements FollowedStep {}

    /** How long the parts of a step are. */
    record Sizes(long parameters, int microbatches, int statistics) {
        ResultTable table(Arena arena) {
            return new ResultTable(arena, microbatches, statistics);
        }

        TensorData gradient(Arena arena) {
            return TensorData.allocate(arena, DType.F32, Shape.of(parameters));
        }
    }

    long STEP = 1;
    long EVALUATED = 2;
    long UP_TO_DATE = 3;
    long OVER = 4;
    long SKIPPED = 5;
    int HEAD_LONGS = 4;
    String OPERATION = "a step for those who join";

    /** Sends to some members. */
    static void send(Collective group, List<Integer> to, FollowedStep what) {
        try (Arena arena = Arena.ofShared()) {
            long[] head = switch (what) {
                case Step step -> new long[] {STEP, step.step(), step.samples().byteSize(), 0};
                case Skipped skipped ->
                    new long[] {SKIPPED, skipped.step(), skipped.samples().byteSize(), 0};
                case Evaluated(Evaluation heldOut) ->
                    new long[] {
                        EVALUATED, Double.doubleToRawLongBits(heldOut.lossSum()), heldOut.correct(), heldOut.samples()
                    };
                case UpToDate _ -> new long[] {UP_TO_DATE, 0, 0, 0};
                case Over _ -> new long[] {OVER, 0, 0, 0};
            };
            MemorySegment sent = arena.allocateFrom(ValueLayout.JAVA_LONG, head);
            var parts = new ArrayList<Part>();
            for (int member : to) {
                parts.add(new Part(member, sent));
                if (what instanceof Step step) {
                    parts.add(new Part(member, step.gradient()));
                    parts.add(new Part(member, step.results()));
                    parts.add(new Part(member, step.samples()));
                } else if (what instanceof Skipped skipped) {
                    parts.add(new Part(member, skipped.samples()));
                }
            }
            group.exchange(OPERATION, parts, List.of());
        }
    }

    /**
     * Receives from the source; what is returned lives as long as the arena.
     *
     * @param gradient is filled by a step
     * @param results is filled by a step
     */
    static FollowedStep receive(
            Collective group, int source, Arena arena, MemorySegment gradient, MemorySegment results) {
        MemorySegment head = arena.allocate(ValueLayout.JAVA_LONG, HEAD_LONGS);
        group.exchange(OPERATION, List.of(), List.of(new Part(source, head)));
        long[] said = head.toArray(ValueLayout.JAVA_LONG);
        if (said[0] == STEP) {
            MemorySegment samples = arena.allocate(said[2], Integer.BYTES);
            group.exchange(
                    OPERATION,
                    List.of(),
                    List.of(new Part(source, gradient), new Part(source, results), new Part(source, samples)));
            return new Step(said[1], gradient, results, samples);
        } else if (said[0] == SKIPPED) {
            MemorySegment samples = arena.allocate(said[2], Integer.BYTES);
            group.exchange(OPERATION, List.of(), List.of(new Part(source, samples)));
            return new Skipped(said[1], samples);
        } else if (said[0] == EVALUATED) {
            return new Evaluated(new Evaluation(Double.longBitsToDouble(said[1]), said[2], Math.toIntExact(said[3])));
        } else if (said[0] == UP_TO_DATE) {
            return new UpToDate();
        } else if (said[0] == OVER) {
            return new Over();
        }
        throw new IllegalStateException("what a source sends to a joiner: %d (expected: 1 to 5)".formatted(said[0]));
    }

    /**
     * Applies what a source sends, until it goes over.
     *
     * @param upToDate is called once there is nothing more to be applied
     */
    static void follow(Collective group, int source, Sizes sizes, TrainingLoop loop, Runnable upToDate) {
        try (Arena kept = Arena.ofShared()) {
            ResultTable table = sizes.table(kept);
            TensorData gradient = sizes.gradient(kept);
            MemorySegment rows = table.rows(new Span(0, sizes.microbatches()));
            while (true) {
                try (Arena arena = Arena.ofShared()) {
                    switch (receive(group, source, arena, gradient.data(), rows)) {
                        case Step step ->
                            loop.follow(step, new StepGradient(gradient, table.get(loop.samplesOf(step.step()))));
                        case Skipped skipped -> loop.follow(skipped);
                        case Evaluated(Evaluation heldOut) -> loop.follow(heldOut);
                        case UpToDate _ -> upToDate.run();
                        case Over _ -> {
                            return;
                        }
                    }
                }
            }
        }
    }
}

package dev.perdure.benchmarks;

import dev.perdure.checkpoint.Checkpointer;
import dev.perdure.checkpoint.CheckpointerOptions;
import dev.perdure.checkpoint.Restored;
import dev.perdure.checkpoint.RetentionPolicy;
import dev.perdure.checkpoint.SavedCheckpoint;
import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Engine;
import dev.perdure.store.LocalObjectStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What a checkpoint costs: how long training stands still, when it is durable, how fast a verified restore is, against
 * memcpy, a plain file written with fdatasync, and mmap with a copy. Raw figures and ours take turns in one run, after
 * small states have warmed the JVM up. Nothing is deleted while something is measured.
 */
public final class CheckpointBench {
    private static final int STEPS_BESIDE = 100;
    private static final int WARM_UP_ROUNDS = 3;

    private final Path folder;
    private final int rounds;
    private final Consumer<String> progress;

    /**
     * Prepares to measure.
     *
     * @param folder an empty folder on the disk to measure; needs room for three times the largest state
     */
    public CheckpointBench(Path folder, int rounds, Consumer<String> progress) {
        this.folder = folder;
        this.rounds = rounds;
        this.progress = progress;
    }

    /** A state to measure: so many tensors of so many bytes. */
    public record StateShape(String name, int tensors, long tensorBytes) {
        long bytes() {
            return tensors * tensorBytes;
        }
    }

    /**
     * The figures of one state; medians over the rounds.
     *
     * @param memcpySeconds the state's bytes copied by one thread, memory to touched memory
     * @param rawWriteSeconds the same bytes written to one new file, with fdatasync
     * @param rawRestoreSeconds that file mapped and copied to touched memory, page cache warm
     * @param stallMillisFirst how long the first save kept the caller, with nothing to hide behind
     * @param stallMillisSteady the same for later saves
     * @param stallMillisHidden the same while a pass over the weights goes on meanwhile
     * @param passMillis how long that pass takes by itself
     * @param durableSeconds from the call until it would survive a power cut, digests included
     * @param restoreWarmSeconds verified restore into live tensors, page cache warm
     * @param restoreColdSeconds the same with the page cache dropped
     * @param peakExtraBytes how much resident memory grew for saving and restoring
     * @param bytesOnDisk of one checkpoint
     */
    public record Case(
            String name,
            long bytes,
            int tensors,
            double memcpySeconds,
            double rawWriteSeconds,
            double rawRestoreSeconds,
            double stallMillisFirst,
            double stallMillisSteady,
            double stallMillisHidden,
            double passMillis,
            double durableSeconds,
            double restoreWarmSeconds,
            double restoreColdSeconds,
            long peakExtraBytes,
            long bytesOnDisk) {}

    /**
     * What was measured.
     *
     * @param memcpySeconds the first case's, as are the two that follow
     * @param trainingSecondsLostPerGib how much longer a training beside it took, for each GiB saved
     */
    public record Result(
            double memcpySeconds,
            double rawWriteSeconds,
            double rawRestoreSeconds,
            double trainingSecondsLostPerGib,
            int rounds,
            List<Case> cases) {
        public Result {
            cases = List.copyOf(cases);
        }
    }

    /** Measures 1 GiB in 64 tensors, and 20,000 tensors of 4 KiB. */
    public Result run(long largeBytes, Engine engine) throws IOException, InterruptedException {
        for (int i = 0; i < WARM_UP_ROUNDS; i++) {
            measure(new StateShape("warm-up", 4_000, 4 << 10));
            measure(new StateShape("warm-up", 16, 4 << 20));
        }
        var cases = new ArrayList<Case>();
        cases.add(measure(new StateShape("%d MiB in 64 tensors".formatted(largeBytes >> 20), 64, largeBytes / 64)));
        cases.add(measure(new StateShape("20,000 tensors of 4 KiB", 20_000, 4 << 10)));
        double lost = besideTraining(new StateShape("beside", 64, largeBytes / 64), engine);
        Case first = cases.getFirst();
        return new Result(
                first.memcpySeconds(), first.rawWriteSeconds(), first.rawRestoreSeconds(), lost, rounds, cases);
    }

    private double besideTraining(StateShape shape, Engine engine) throws IOException, InterruptedException {
        Path store = folder.resolve("beside");
        try (Arena arena = Arena.ofShared()) {
            MemorySegment live = arena.allocate(shape.bytes(), 4096);
            fill(live, 1);
            return new BesideTraining(engine, store, progress)
                    .secondsLostPerGib(stateOver(shape, live), step -> touch(live, step), rounds, STEPS_BESIDE);
        } finally {
            delete(store);
        }
    }

    private Case measure(StateShape shape) throws IOException {
        Path store = folder.resolve("store");
        Path raw = folder.resolve("raw");
        try (Arena arena = Arena.ofShared()) {
            MemorySegment live = arena.allocate(shape.bytes(), 4096);
            MemorySegment other = arena.allocate(shape.bytes(), 4096);
            fill(live, 1);
            fill(other, 2);
            State state = stateOver(shape, live);
            long residentBefore = Resident.bytes();
            try (Checkpointer checkpointer = Checkpointer.open(
                    new LocalObjectStore(store), CheckpointerOptions.defaults().withListener(_ -> {}))) {
                return rounds(shape, state, live, other, raw, store, checkpointer, residentBefore);
            }
        } finally {
            delete(store);
            Files.deleteIfExists(raw);
        }
    }

    private Case rounds(
            StateShape shape,
            State state,
            MemorySegment live,
            MemorySegment other,
            Path raw,
            Path store,
            Checkpointer checkpointer,
            long residentBefore)
            throws IOException {
        checkpointer.prepare(state);
        double[][] f = new double[9][rounds];
        double first = 0;
        long step = 0;
        long bytesOnDisk = 0;
        long peak = 0;
        for (int round = -1; round < rounds; round++) {
            progress.accept("%s: round %d of %d".formatted(shape.name(), Math.max(0, round + 1), rounds));
            double memcpy = RawFile.copy(live, other);
            double write = RawFile.write(raw, live);
            double restore = RawFile.restore(raw, other);
            Resident.resetPeak();
            touch(live, ++step);
            long begin = System.nanoTime();
            var save = checkpointer.save(step, state);
            checkpointer.awaitCaptured();
            double stall = RawFile.seconds(begin);
            SavedCheckpoint saved = save.durable().join();
            if (round < 0) {
                first = stall * 1e3;
                bytesOnDisk = size(store);
                restore(state, checkpointer);
            } else {
                f[0][round] = memcpy;
                f[1][round] = write;
                f[2][round] = restore;
                f[3][round] = stall * 1e3;
                f[4][round] = saved.durableMillis() / 1e3;
                hidden(state, live, ++step, checkpointer, f, round);
                PageCache.drop(store);
                f[8][round] = restore(state, checkpointer);
                f[7][round] = restore(state, checkpointer);
            }
            peak = Math.max(peak, Resident.peakBytes());
            checkpointer.checkpoints().prune(RetentionPolicy.newest(1));
        }
        double[] m = new double[f.length];
        for (int i = 0; i < f.length; i++) {
            m[i] = new Samples(f[i]).median();
        }
        return new Case(
                shape.name(),
                shape.bytes(),
                shape.tensors(),
                m[0],
                m[1],
                m[2],
                first,
                m[3],
                m[5],
                m[6],
                m[4],
                m[7],
                m[8],
                peak - residentBefore,
                bytesOnDisk);
    }

    /** Saves while a pass that reads all weights goes on, as the next forward and backward pass would. */
    private static void hidden(
            State state, MemorySegment live, long step, Checkpointer checkpointer, double[][] f, int round)
            throws IOException {
        touch(live, step);
        long begin = System.nanoTime();
        var save = checkpointer.save(step, state);
        double stall = RawFile.seconds(begin);
        begin = System.nanoTime();
        pass(live);
        f[6][round] = RawFile.seconds(begin) * 1e3;
        begin = System.nanoTime();
        checkpointer.awaitCaptured();
        f[5][round] = (stall + RawFile.seconds(begin)) * 1e3;
        save.durable().join();
    }

    private static double restore(State state, Checkpointer checkpointer) throws IOException {
        long begin = System.nanoTime();
        Optional<Restored> restored = checkpointer.checkpoints().restoreLatest(state);
        double seconds = RawFile.seconds(begin);
        if (restored.isEmpty() || !restored.get().skipped().isEmpty()) {
            throw new IOException("the newest checkpoint could not be restored: " + restored);
        }
        return seconds;
    }

    static State stateOver(StateShape shape, MemorySegment live) {
        var state = State.builder();
        for (int i = 0; i < shape.tensors(); i++) {
            state.tensor(
                    "model/layer%d.weight".formatted(i),
                    new TensorData(
                            DType.F32,
                            Shape.of(shape.tensorBytes() / Float.BYTES),
                            live.asSlice(i * shape.tensorBytes(), shape.tensorBytes())));
        }
        return state.build();
    }

    static void fill(MemorySegment memory, long seed) {
        long value = seed;
        for (long at = 0; at < memory.byteSize(); at += Long.BYTES) {
            value = value * 6364136223846793005L + 1442695040888963407L;
            memory.set(ValueLayout.JAVA_LONG, at, value);
        }
    }

    /** Changes a value on every page, so that no object is like one saved before. */
    static void touch(MemorySegment memory, long step) {
        for (long at = 0; at < memory.byteSize(); at += 4096) {
            memory.set(ValueLayout.JAVA_LONG, at, step * 31 + at);
        }
    }

    /** Reads all weights for at least a third of a second, as a pass would. */
    private static long pass(MemorySegment memory) {
        long sum = 0;
        long begin = System.nanoTime();
        do {
            for (long at = 0; at < memory.byteSize(); at += 64) {
                sum += memory.get(ValueLayout.JAVA_LONG, at);
            }
        } while (System.nanoTime() - begin < 350_000_000L);
        return sum;
    }

    private static long size(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            long sum = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                sum += Files.size(file);
            }
            return sum;
        }
    }

    static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}

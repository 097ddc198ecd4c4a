package dev.perdure.benchmarks;

import dev.perdure.benchmarks.CheckpointBench.StateShape;
import dev.perdure.checkpoint.Checkpointer;
import dev.perdure.checkpoint.CheckpointerOptions;
import dev.perdure.checkpoint.PendingSave;
import dev.perdure.checkpoint.RetentionPolicy;
import dev.perdure.checkpoint.SaveShare;
import dev.perdure.checkpoint.SavedCheckpoint;
import dev.perdure.core.State;
import dev.perdure.store.LocalObjectStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What it brings that members of a team save a state together: the same state saved by one member and by several, in turn.
 * Each hashes and writes with one thread, as if it had a core of its own; all write to one disk.
 */
public final class SharesBench {
    private static final int TENSORS = 64;

    private final Path folder;
    private final int rounds;

    /** @param folder an empty folder on the disk to measure; needs room for three times the largest state */
    public SharesBench(Path folder, int rounds) {
        this.folder = folder;
        this.rounds = rounds;
    }

    /**
     * The figures of one state and one number of members; medians over the rounds.
     *
     * @param captureMillis from the call until the leader's part was copied
     * @param durableMillis from the call until the checkpoint would survive a power cut
     * @param memoryBytes the largest copy that any member holds
     */
    public record Case(long bytes, int members, double captureMillis, double durableMillis, long memoryBytes) {}

    /** Measures states of these sizes, saved by one and by so many members. */
    public List<Case> run(List<Long> sizes, int members) throws IOException {
        var cases = new ArrayList<Case>();
        measure(sizes.getFirst(), members); // warms up
        for (long bytes : sizes) {
            cases.add(measure(bytes, 1));
            cases.add(measure(bytes, members));
        }
        return cases;
    }

    private Case measure(long bytes, int count) throws IOException {
        Path store = folder.resolve("shares");
        var members = new ArrayList<Checkpointer>();
        try (Arena arena = Arena.ofShared()) {
            MemorySegment live = arena.allocate(bytes, 4096);
            CheckpointBench.fill(live, 1);
            State state = CheckpointBench.stateOver(new StateShape("shares", TENSORS, bytes / TENSORS), live);
            CheckpointerOptions options =
                    CheckpointerOptions.defaults().withThreads(1, 1).withListener(_ -> {});
            members.add(Checkpointer.open(new LocalObjectStore(store), options));
            while (members.size() < count) {
                members.add(Checkpointer.join(new LocalObjectStore(store), options));
            }
            double[] capture = new double[rounds];
            double[] durable = new double[rounds];
            for (int round = -1; round < rounds; round++) {
                CheckpointBench.touch(live, round + 2);
                SavedCheckpoint saved = save(members, state, round + 2);
                if (round >= 0) {
                    capture[round] = saved.captureMillis();
                    durable[round] = saved.durableMillis();
                }
                members.getFirst().checkpoints().prune(RetentionPolicy.newest(1));
            }
            long memory =
                    members.stream().mapToLong(Checkpointer::memoryBytes).max().orElseThrow();
            return new Case(bytes, count, new Samples(capture).median(), new Samples(durable).median(), memory);
        } finally {
            for (Checkpointer member : members) {
                member.close();
            }
            CheckpointBench.delete(store);
        }
    }

    private static SavedCheckpoint save(List<Checkpointer> members, State state, int serial) throws IOException {
        if (members.size() == 1) {
            return members.getFirst().save(serial, state).durable().join();
        }
        int term = members.getFirst().term();
        var saves = new ArrayList<PendingSave>();
        for (int part = 0; part < members.size(); part++) {
            var share = new SaveShare(term, serial, part, members.size());
            saves.add(members.get(part).saveShare(serial, state, Map.of(), share, () -> false));
        }
        saves.forEach(save -> save.durable().join());
        return saves.getFirst().durable().join();
    }
}

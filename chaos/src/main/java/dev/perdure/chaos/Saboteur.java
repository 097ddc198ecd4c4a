package dev.perdure.chaos;

import dev.perdure.chaos.Agenda.Due;
import dev.perdure.chaos.Agenda.Entry;
import dev.perdure.core.DType;
import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Batch;
import dev.perdure.engine.Collectives;
import dev.perdure.store.ObjectStore;
import dev.perdure.training.Phase;
import dev.perdure.training.Probe;
import dev.perdure.training.WorkerLink;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The enemy within: lets a worker's share of an agenda happen inside its process. Only a worker that was started with a
 * campaign's folder has one.
 */
public final class Saboteur implements Probe {
    private static final Duration FOR_EVER = Duration.ofDays(365);

    private final ChaosFolder folder;
    private final String worker;
    private final int slot;
    private final boolean isReplacement;
    private final Agenda agenda;
    private final List<Entry> entries;
    private final Network network = new Network(this::sendsState);
    private final FailingWrites writes = new FailingWrites();
    private final Set<String> happened = ConcurrentHashMap.newKeySet();
    private volatile long step;
    private volatile int rank = -1;
    private volatile int members;
    private boolean isOver;
    private boolean hasMet;

    private Saboteur(ChaosFolder folder, String worker, Agenda agenda) {
        this.folder = folder;
        this.worker = worker;
        String[] name = worker.substring(1).split("-"); // w<slot>-<life>
        this.slot = Integer.parseInt(name[0]);
        this.isReplacement = !name[1].equals("1");
        this.agenda = agenda;
        this.entries = agenda.entries().stream()
                .filter(entry -> entry.fault() instanceof Fault.Inside)
                .toList();
    }

    /** Opens a worker's share of a campaign's agenda, and tells the campaign that the worker is there. */
    public static Saboteur open(ChaosFolder folder, String worker) throws IOException {
        var saboteur = new Saboteur(folder, worker, folder.agenda());
        saboteur.present();
        return saboteur;
    }

    private void present() {
        folder.present(new ChaosFolder.Present(
                worker, ProcessHandle.current().pid(), rank < 0 ? OptionalInt.empty() : OptionalInt.of(rank), members));
    }

    @Override
    public void joins(int newRank, int newMembers) {
        rank = newRank;
        members = newMembers;
        present();
    }

    /** Returns the entries that are due here and now. */
    private Stream<Entry> due(Predicate<Fault> which) {
        return entries.stream()
                .filter(entry -> which.test(entry.fault()) && isDue(entry) && isToCome(entry) && hasTurn(entry));
    }

    private boolean hasTurn(Entry entry) {
        return !(entry.due() instanceof Due.AtStep(long _, boolean waits) && waits) || folder.hasTurn(entry.id());
    }

    private boolean isToCome(Entry entry) {
        if (!happened.contains(entry.id()) && folder.isClaimed(entry.id())) {
            happened.add(entry.id());
        }
        return !happened.contains(entry.id());
    }

    private boolean isDue(Entry entry) {
        boolean isMine = switch (entry.who()) {
            case Who.Slot(int wanted) -> wanted == slot;
            case Who.Rank(int wanted) -> wanted == (rank < 0 ? slot : rank);
            case Who.Random _, Who.All _, Who.Two _ -> false; // the agenda leaves none of these
        };
        return isMine
                && entry.due() instanceof Due.AtStep(long from, boolean waits)
                && step >= from
                && (!waits || members >= agenda.workers());
    }

    private boolean claim(Entry entry, String how) {
        return folder.claim(entry.id(), worker, how);
    }

    @Override
    public void enters(Phase phase, long now) {
        step = now;
        due(fault -> true).forEach(entry -> meet(entry, phase));
        if (phase == Phase.MEET && !hasMet) {
            hasMet = true;
            diesJoining();
        }
        if (phase == Phase.APPLY) {
            paces();
        }
    }

    private void meet(Entry entry, Phase phase) {
        switch (entry.fault()) {
            case Fault.KillAtPhase(var at)
            when at == phase -> {
                if (claim(entry, "at the beginning of %s of step %d".formatted(phase, step))) {
                    Signals.killSelf();
                }
            }
            case Fault.Hang(var at)
            when at == phase -> {
                if (claim(entry, "in %s of step %d".formatted(phase, step))) {
                    hang();
                }
            }
            case Fault.KillWhileJoining _, Fault.KillWhileCopying _
            when phase == Phase.BOOK && isFirstHalf(entry) -> Signals.killSelf();
            case Fault.Exit(int code)
            when phase == Phase.GRADIENT -> {
                if (claim(entry, "in step " + step)) {
                    Runtime.getRuntime().halt(code);
                }
            }
            case Fault.OutOfMemory _
            when phase == Phase.GRADIENT -> {
                if (claim(entry, "in step " + step)) {
                    Hoard.fill();
                }
            }
            case Fault.NativeCrash _
            when phase == Phase.GRADIENT -> {
                if (claim(entry, "in step " + step)) {
                    Signals.crash();
                }
            }
            case Fault.Abort _
            when phase == Phase.GRADIENT -> {
                if (claim(entry, "in step " + step)) {
                    Signals.abort();
                }
            }
            case Fault.SlowNetwork(var length, var delay)
            when phase == Phase.EXCHANGE -> {
                if (claim(entry, "inside the worker, from step " + step)) {
                    network.slow(length, delay);
                }
            }
            case Fault.CutNetwork(var length)
            when phase == Phase.EXCHANGE -> {
                if (claim(entry, "inside the worker, from step " + step)) {
                    network.cut(length);
                }
            }
            default -> {} // its moment is another
        }
    }

    /** Some faults need a worker to be replaced first: this is its end, noted beside the fault's own claim. */
    private boolean isFirstHalf(Entry entry) {
        return folder.claim(firstHalf(entry), worker, "so that it is replaced");
    }

    private static String firstHalf(Entry entry) {
        return entry.id() + "_first";
    }

    private void diesJoining() {
        if (isReplacement) {
            secondHalves(Fault.KillWhileJoining.class, "as it was to meet the others");
        }
    }

    private void sendsState() {
        secondHalves(Fault.KillWhileCopying.class, "while it sent its state to a joiner");
    }

    private void secondHalves(Class<? extends Fault> kind, String how) {
        for (Entry entry : entries) {
            if (kind.isInstance(entry.fault()) && folder.isClaimed(firstHalf(entry)) && claim(entry, how)) {
                Signals.killSelf();
            }
        }
    }

    private static void hang() {
        while (true) {
            LockSupport.parkNanos(FOR_EVER.toNanos());
            Thread.interrupted();
        }
    }

    /** Holds a step back while something is still to come. */
    private void paces() {
        if (!isOver && agenda.pace().isPositive()) {
            isOver = Files.exists(folder.over());
            long end = System.nanoTime() + agenda.pace().toNanos();
            for (long left = end - System.nanoTime(); !isOver && left > 0; left = end - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }
    }

    @Override
    public void batch(long now, int microbatch, Batch batch) {
        due(Fault.NanInBatch.class::isInstance).forEach(entry -> {
            if (claim(entry, "in a batch of step " + now)) {
                MemorySegment values = batch.inputs().data();
                values.setAtIndex(ValueLayout.JAVA_FLOAT, place(entry, values.byteSize() / Float.BYTES), Float.NaN);
            }
        });
    }

    @Override
    public void gradient(long now, int microbatch, TensorData values) {
        due(Fault.FlipBitInGradient.class::isInstance)
                .filter(entry -> claim(entry, "in the gradient of step " + now))
                .forEach(entry -> flip(values, entry));
    }

    @Override
    public void weights(long now, State state) {
        due(Fault.FlipBitInWeights.class::isInstance).forEach(entry -> {
            var weights = state.tensors().entrySet().stream()
                    .filter(tensor -> tensor.getKey().startsWith("model/")
                            && tensor.getValue().dtype() == DType.F32)
                    .toList();
            var chosen = weights.get((int) Long.remainderUnsigned(entry.draw(), weights.size()));
            if (claim(entry, "in %s after step %d".formatted(chosen.getKey(), now))) {
                flip(chosen.getValue(), entry);
            }
        });
    }

    /** Flips a bit that matters: the highest but one of the fraction of a number that is not 0, where there is one. */
    private static void flip(TensorData tensor, Entry entry) {
        MemorySegment values = tensor.data();
        long count = values.byteSize() / Float.BYTES;
        long at = place(entry, count);
        for (long tried = 0; tried < count && values.getAtIndex(ValueLayout.JAVA_FLOAT, at) == 0; tried++) {
            at = (at + 1) % count;
        }
        values.setAtIndex(ValueLayout.JAVA_INT, at, values.getAtIndex(ValueLayout.JAVA_INT, at) ^ (1 << 21));
    }

    private static long place(Entry entry, long count) {
        return Long.remainderUnsigned(entry.draw(), count);
    }

    @Override
    public ObjectStore around(ObjectStore store) {
        return new Disk(store, writes);
    }

    @Override
    public Collectives around(Collectives collectives) {
        return network.around(collectives);
    }

    @Override
    public WorkerLink.Opener around(WorkerLink.Opener links) {
        return network.around(links);
    }

    /** What happens to writes; asked by the threads that save. */
    private final class FailingWrites implements Disk.Mood {
        private @Nullable Fault failing;
        private int left;

        @Override
        public synchronized void write(String name) throws IOException {
            if (left == 0) {
                due(fault -> writesOf(fault) > 0).findFirst().ifPresent(entry -> begin(entry, name));
            }
            if (left == 0) {
                return;
            }
            left--;
            switch (Objects.requireNonNull(failing)) {
                case Fault.FullDisk _ -> throw new IOException(name + ": No space left on device");
                case Fault.ReadOnlyDisk _ -> throw new IOException(name + ": Read-only file system");
                case Fault.SlowDisk(int _, var delay) -> LockSupport.parkNanos(delay.toNanos());
                default -> throw new AssertionError(failing);
            }
        }

        private void begin(Entry entry, String name) {
            if (claim(entry, "at a write of " + name)) {
                if (entry.fault() instanceof Fault.KillWhileSaving) {
                    Signals.killSelf();
                }
                failing = entry.fault();
                left = writesOf(entry.fault());
            }
        }

        private static int writesOf(Fault fault) {
            return switch (fault) {
                case Fault.FullDisk(int count) -> count;
                case Fault.ReadOnlyDisk(int count) -> count;
                case Fault.SlowDisk(int count, var _) -> count;
                case Fault.KillWhileSaving _ -> 1;
                default -> 0;
            };
        }
    }
}

package dev.perdure.chaos;

import dev.perdure.chaos.ServePlan.Entry;
import dev.perdure.engine.Predictor;
import dev.perdure.engine.Predictors;
import dev.perdure.engine.ServedModel;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.ModelId;
import dev.perdure.replica.ReplicaProbe;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleUnaryOperator;

/**
 * The enemy within a replica: lets its share of a campaign happen inside its process. Only a replica that was started with a
 * campaign's folder has one. Whichever replica sees first that a fault's turn has come is the one whom it befalls.
 */
public final class ReplicaSaboteur implements ReplicaProbe {
    /** What the id of a request begins with that ends whoever computes it. */
    static final String POISON = "poison:";

    private static final long LOOK_NANOS = 5_000_000;
    private static final Duration FOR_EVER = Duration.ofDays(1);
    private static final int POISONED = 139;

    private final ChaosFolder folder;
    private final String name = Long.toString(ProcessHandle.current().pid());
    private final List<Entry> entries;
    private final List<Spoilable> models = new CopyOnWriteArrayList<>();
    private final AtomicInteger requests = new AtomicInteger();
    private volatile Troubled trouble = new Troubled(Duration.ZERO, 0, 0);

    /**
     * What befalls requests for a while.
     *
     * @param delay of each
     * @param every of so many one fails; 0 for none
     * @param untilNanos by {@link System#nanoTime}
     */
    private record Troubled(Duration delay, int every, long untilNanos) {
        boolean lasts() {
            return (!delay.isZero() || every > 0) && System.nanoTime() - untilNanos < 0;
        }
    }

    private ReplicaSaboteur(ChaosFolder folder, List<Entry> entries) {
        this.folder = folder;
        this.entries = entries;
    }

    /** Opens a replica's share of a campaign. */
    public static ReplicaSaboteur open(ChaosFolder folder) throws IOException {
        var saboteur = new ReplicaSaboteur(folder, folder.serveEntries());
        Thread.ofPlatform().daemon().name("saboteur").start(saboteur::look);
        return saboteur;
    }

    private void look() {
        while (true) {
            turn().filter(entry -> entry.fault() instanceof ServeFault.Inside)
                    .filter(entry -> !models.isEmpty() && claim(entry, "by its own hand"))
                    .ifPresent(entry -> happen((ServeFault.Inside) entry.fault()));
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private Optional<Entry> turn() {
        return entries.stream()
                .filter(entry -> folder.hasTurn(entry.id()) && !folder.isClaimed(entry.id()))
                .findFirst();
    }

    private boolean claim(Entry entry, String how) {
        return folder.claim(entry.id(), name, how);
    }

    private void happen(ServeFault.Inside fault) {
        switch (fault) {
            case ServeFault.OutOfMemory _ -> Hoard.fill();
            case ServeFault.NativeCrash _ -> Signals.crash();
            case ServeFault.Hang _ -> trouble(FOR_EVER, 0, FOR_EVER);
            case ServeFault.Exceptions(int every, var lasts) -> trouble(Duration.ZERO, every, lasts);
            case ServeFault.Slow(var delay, var lasts) -> trouble(delay, 0, lasts);
            case ServeFault.NanWeights _ -> spoil(_ -> Double.NaN);
            case ServeFault.FlipWeights _ -> spoil(weight -> -weight);
            case ServeFault.CloseSockets _ -> Sockets.shutDownAll();
        }
    }

    private void trouble(Duration delay, int every, Duration lasts) {
        trouble = new Troubled(delay, every, System.nanoTime() + lasts.toNanos());
    }

    private void spoil(DoubleUnaryOperator how) {
        models.forEach(model -> model.spoil(how));
    }

    @Override
    public void taken(InferRequest request) {
        if (request.id().startsWith(POISON)) {
            Runtime.getRuntime().halt(POISONED);
        }
        Troubled now = trouble;
        if (!now.lasts()) {
            return;
        }
        if (now.every() > 0 && requests.incrementAndGet() % now.every() == 0) {
            throw new IllegalStateException("a fault on purpose");
        }
        long end = System.nanoTime() + now.delay().toNanos();
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    @Override
    public void loads(String place) throws IOException {
        turn().ifPresent(entry -> {
            if (entry.fault() instanceof ServeFault.SlowLoad(var lasts) && claim(entry, "while it loads")) {
                LockSupport.parkNanos(lasts.toNanos());
            }
        });
        findNoRoom(place);
    }

    /** Each of so many that start has a claim of its own; the first of them is the fault's. */
    private void findNoRoom(String place) throws IOException {
        for (Entry entry : entries) {
            if (entry.fault() instanceof ServeFault.FullDisk(int starts) && folder.hasTurn(entry.id())) {
                for (int start = 1; start <= starts; start++) {
                    String claim = start == 1 ? entry.id() : "%s_%d".formatted(entry.id(), start);
                    if (folder.claim(claim, name, "while it loads")) {
                        throw new IOException(place + ": No space left on device");
                    }
                }
            }
        }
    }

    @Override
    public Predictor serves(ModelId id, ServedModel model, Predictors framework, Predictor predictor) {
        var spoilable = new Spoilable(framework, model, predictor);
        models.add(spoilable);
        return spoilable;
    }
}

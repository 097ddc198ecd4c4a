package dev.perdure.benchmarks;

import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.Progress;
import dev.perdure.supervision.ToWorker;
import dev.perdure.supervision.WorkerId;
import dev.perdure.wire.ManyWorkers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A process that plays many workers: each shows at its pace that it is alive, and answers every order at once. Ends when its
 * standard input does.
 */
public final class SimulatedWorkers {
    static final String BUILD = "bench";
    static final String CONFIGURATION = "bench";
    static final long GENERATION = 1;
    static final String HEARD = "heard";
    private static final long STEP_NANOS = 100_000_000;

    private SimulatedWorkers() {}

    /** Plays {@code WORKERS} workers of the supervisor whose address stands in {@code FILE}: {@code FILE WORKERS MILLIS}. */
    public static void main(String[] arguments) throws IOException {
        var names = new ArrayList<WorkerId>();
        for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
            names.add(name(i));
        }
        Thread.ofPlatform().daemon().start(SimulatedWorkers::endWithParent);
        play(Path.of(arguments[0]), names, Duration.ofMillis(Long.parseLong(arguments[2])));
    }

    static WorkerId name(int slot) {
        return new WorkerId("w%d-1".formatted(slot));
    }

    private static void endWithParent() {
        try {
            while (System.in.read() >= 0) {}
        } catch (IOException e) {
            System.err.println("the bench is gone: " + e.getMessage());
        }
        System.exit(0);
    }

    private static void play(Path address, List<WorkerId> workers, Duration pace) throws IOException {
        List<FromWorker.Join> joins = workers.stream()
                .map(worker -> new FromWorker.Join(worker, "bench", 1, BUILD, CONFIGURATION, 0, OptionalLong.empty()))
                .toList();
        var crowd = new AtomicReference<ManyWorkers>();
        try (var many = new ManyWorkers(address, joins, (worker, order) -> answer(crowd.get(), worker, order))) {
            crowd.set(many);
            long began = System.nanoTime();
            for (long beat = 0; ; beat++) {
                int slot = (int) (beat % workers.size());
                long due = began + beat / workers.size() * pace.toNanos() + slot * pace.toNanos() / workers.size();
                if (due - System.nanoTime() > 1_000_000) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                long step = (System.nanoTime() - began) / STEP_NANOS;
                many.say(new FromWorker.Heartbeat(
                        workers.get(slot), GENERATION, new Progress(2 * step, Progress.Phase.COMPUTING, 0)));
            }
        }
    }

    private static void answer(@Nullable ManyWorkers crowd, WorkerId worker, ToWorker order) {
        if (crowd == null) {
            return;
        }
        switch (order) {
            case ToWorker.Welcome _ -> crowd.say(new FromWorker.Told(worker, GENERATION, HEARD));
            case ToWorker.Prepare prepare ->
                crowd.say(new FromWorker.Ready(worker, prepare.generation(), OptionalLong.empty()));
            case ToWorker.Form form ->
                crowd.say(new FromWorker.Formed(worker, form.generation().number(), 0));
            case ToWorker.Refused _, ToWorker.Extend _, ToWorker.Switch _, ToWorker.Stop _ -> {}
        }
    }
}

package dev.perdure.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.supervision.Progress.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Workers on a busy machine, day after day ({@code -Ddays=N} for more of them): whoever is healthy is left alone. */
class HealthyFleetTest {
    private static final int WORKERS = 16;
    private static final double WORKER_DAYS = Integer.getInteger("days", 1);
    private static final long BEAT = 100_000_000;
    private static final long EVALUATES_EVERY = 3_000;
    private static final long EVALUATES_FOR = 30;

    private final SplittableRandom random = new SplittableRandom(7);
    private final Supervision supervision = Supervision.begin(Scene.run(), new Targets(WORKERS, 0, WORKERS), 1);
    private final List<Healthy> workers = new ArrayList<>();
    private final List<Command> commands = new ArrayList<>();

    /** Two workers may differ by a tenth for good, and each step by a fifth; heartbeats come late by up to 0.8 s. */
    private final class Healthy {
        final WorkerId id;
        final int connection;
        final double pace = 10e6 * Math.exp(0.05 * random.nextGaussian());
        long microbatches;
        long nanos;
        long silentUntil;

        Healthy(int slot) {
            id = new WorkerId("w%d-1".formatted(slot));
            connection = slot;
        }

        void lives(long beat) {
            for (int step = 0; step < 5; step++) {
                microbatches++;
                nanos += Math.round(pace * Math.exp(0.2 * random.nextGaussian()));
            }
            long now = beat * BEAT;
            if (random.nextInt(3_000) == 0) {
                silentUntil = now + random.nextLong(800_000_000);
            }
            if (now >= silentUntil) {
                say(this, new FromWorker.Heartbeat(id, 1, where(beat), new Vitals(microbatches, nanos, 0, 0)), now);
            }
        }

        private Progress where(long beat) {
            long inEpoch = beat % EVALUATES_EVERY;
            return inEpoch < EVALUATES_FOR
                    ? new Progress(10 * (beat - inEpoch), Phase.EVALUATING, -1)
                    : new Progress(10 * beat, random.nextInt(3) == 0 ? Phase.EXCHANGING : Phase.COMPUTING, -1);
        }
    }

    private void say(Healthy worker, FromWorker message, long now) {
        commands.addAll(
                supervision.on(new Event.Said(worker.connection, message), now).commands());
    }

    @Test
    void isLeftAloneForDays() {
        supervision.on(new Event.Tick(), 0);
        supervision.on(new Event.Written(1), 0);
        for (int slot = 0; slot < WORKERS; slot++) {
            workers.add(new Healthy(slot));
        }
        workers.forEach(worker -> say(
                worker,
                new FromWorker.Join(
                        worker.id,
                        "host",
                        worker.connection,
                        Scene.BUILD,
                        Scene.CONFIGURATION,
                        0,
                        OptionalLong.empty()),
                0));
        workers.forEach(worker -> say(worker, new FromWorker.Ready(worker.id, 1, OptionalLong.empty()), 0));
        supervision.on(new Event.Written(2), 0);
        workers.forEach(worker -> say(worker, new FromWorker.Formed(worker.id, 1, 0), 0));
        commands.clear();
        long beats = Math.round(WORKER_DAYS * 864_000 / WORKERS);
        for (long beat = 1; beat <= beats && commands.isEmpty(); beat++) {
            for (Healthy worker : workers) {
                worker.lives(beat);
            }
            long now = beat * BEAT;
            commands.addAll(supervision.on(new Event.Tick(), now).commands());
            commands.addAll(supervision.on(new Event.Tick(), now + BEAT / 2).commands());
        }
        assertThat(commands).isEmpty();
        assertThat(supervision.stage()).isInstanceOf(Stage.Running.class);
    }
}

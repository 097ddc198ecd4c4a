package dev.perdure.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.supervision.Progress.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** One supervisor, three thousand workers ({@code -Dworkers=N} for others). Prints what a round of heartbeats costs; what it promises is that nobody is blamed. */
class ManyWorkersTest {
    private static final int WORKERS = Integer.getInteger("workers", 3_000);
    private static final int ROUNDS = 30;

    @Test
    void thousandsOfWorkersStepAndNobodyIsBlamed() {
        var supervision = Supervision.begin(Scene.run(OnDivergence.STOP), new Targets(WORKERS, 0, WORKERS), 1);
        var ids = new ArrayList<WorkerId>();
        supervision.on(new Event.Tick(), 0);
        supervision.on(new Event.Written(1), 0);
        for (int slot = 0; slot < WORKERS; slot++) {
            ids.add(new WorkerId("w%d-1".formatted(slot)));
            say(
                    supervision,
                    slot,
                    new FromWorker.Join(
                            ids.get(slot), "host", slot, Scene.BUILD, Scene.CONFIGURATION, 0, OptionalLong.empty()),
                    0);
        }
        for (int slot = 0; slot < WORKERS; slot++) {
            say(supervision, slot, new FromWorker.Ready(ids.get(slot), 1, OptionalLong.empty()), 0);
        }
        supervision.on(new Event.Written(2), 0);
        for (int slot = 0; slot < WORKERS; slot++) {
            say(supervision, slot, new FromWorker.Formed(ids.get(slot), 1, 0), 0);
        }
        var commands = new ArrayList<Command>();
        long began = System.nanoTime();
        for (long round = 1; round <= ROUNDS; round++) {
            long now = Duration.ofMillis(100 * round).toNanos();
            var progress = new Progress(2 * round, Phase.COMPUTING, 0);
            for (int slot = 0; slot < WORKERS; slot++) {
                commands.addAll(say(supervision, slot, new FromWorker.Heartbeat(ids.get(slot), 1, progress), now));
            }
            commands.addAll(supervision.on(new Event.Tick(), now).commands());
        }
        System.out.printf(
                "%d heartbeats of %d workers: %.0f ns each%n",
                ROUNDS * WORKERS, WORKERS, (double) (System.nanoTime() - began) / (ROUNDS * WORKERS));
        assertThat(commands).isEmpty();
        assertThat(supervision.stage()).isInstanceOf(Stage.Running.class);
    }

    private static List<Command> say(Supervision supervision, int connection, FromWorker message, long now) {
        return supervision.on(new Event.Said(connection, message), now).commands();
    }
}

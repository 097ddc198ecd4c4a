package dev.perdure.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.registry.Lease;
import dev.perdure.registry.Registries;
import dev.perdure.registry.Registry;
import dev.perdure.registry.RegistryException;
import dev.perdure.reliability.Decision;
import dev.perdure.reliability.Strategy;
import dev.perdure.supervision.Budgets;
import dev.perdure.supervision.Command;
import dev.perdure.supervision.Event;
import dev.perdure.supervision.Fact;
import dev.perdure.supervision.Facts;
import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.Generation;
import dev.perdure.supervision.OnDivergence;
import dev.perdure.supervision.Patience;
import dev.perdure.supervision.Progress;
import dev.perdure.supervision.Run;
import dev.perdure.supervision.Step;
import dev.perdure.supervision.Supervision;
import dev.perdure.supervision.Suspicion;
import dev.perdure.supervision.Targets;
import dev.perdure.supervision.ToWorker;
import dev.perdure.supervision.WorkerId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs on one registry: what did not help in the earlier ones is not preferred in the next. */
class NextRunLearnsTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    /** A run with a hundred seconds before it: to do without a worker is dear. */
    private static final long LONG = 2_000;
    /** A run so near to its end that it is nearly as good to do without a worker as to start it again. */
    private static final long SHORT = 90;

    @TempDir
    Path folder;

    /** A supervisor of three workers whose facts go to the registry, and a hand that plays everyone else. */
    private static final class Scene {
        private final Supervision supervision;
        private final Records records;
        private final Deque<Event> answers = new ArrayDeque<>();
        private final List<Decision> decisions = new ArrayList<>();
        private final List<WorkerId> launched = new ArrayList<>();
        private long millis = 1_000;
        private long connection;
        private long generation;

        Scene(Registry registry, String name, long positionMax) throws RegistryException {
            registry.register(new dev.perdure.registry.Run(name, NOW, "c0ffee", "beef", "0.1.0"));
            Lease lease = registry.acquire(name, "supervisor", Duration.ofHours(1), NOW);
            Facts facts = Facts.none(new Targets(3, 0, 8));
            var run = new Run(
                    "build",
                    "digest",
                    positionMax,
                    "here",
                    Patience.standard(),
                    Budgets.standard(),
                    Suspicion.within(Suspicion.Bounds.standard()),
                    OnDivergence.STOP,
                    Lessons.read(registry),
                    List.of());
            supervision = Supervision.takeOver(run, facts, lease.epoch());
            records = new Records(registry, lease, facts, 0, "host", () -> NOW, answers::add);
        }

        void on(Event first) {
            answers.add(first);
            while (!answers.isEmpty()) {
                Step step = supervision.on(
                        answers.remove(), Duration.ofMillis(millis).toNanos());
                step.commands().forEach(this::act);
            }
        }

        private void act(Command command) {
            switch (command) {
                case Command.Write write -> {
                    write.facts().forEach(this::note);
                    records.record(write);
                }
                case Command.Launch launch -> launched.add(launch.worker());
                case Command.Send send -> answer(send);
                case Command.Kill kill -> answers.add(new Event.Exited(kill.worker(), 137));
                case Command.Finish _ -> {}
            }
        }

        /** Workers do as they are told, and never come to a step. */
        private void answer(Command.Send send) {
            switch (send.message()) {
                case ToWorker.Prepare(long _, long number) ->
                    say(send.connection(), new FromWorker.Ready(send.worker(), number, OptionalLong.of(0)));
                case ToWorker.Form(long _, Generation formed) -> {
                    generation = formed.number();
                    say(send.connection(), new FromWorker.Formed(send.worker(), generation, 0));
                }
                case ToWorker other -> assertThat(other).isNotInstanceOf(ToWorker.Extend.class);
            }
        }

        private void note(Fact fact) {
            if (fact instanceof Fact.Happened(var incident)) {
                incident.decision().ifPresent(decisions::add);
            }
        }

        void steps() {
            on(new Event.Tick());
            List<WorkerId> team = List.copyOf(launched);
            launched.clear();
            for (WorkerId worker : team) {
                say(++connection, new FromWorker.Join(worker, "host", 1, "build", "digest", 0, OptionalLong.empty()));
            }
            on(new Event.Tick());
        }

        private void say(long from, FromWorker message) {
            answers.add(new Event.Said(from, message));
        }

        void dies(String worker) {
            on(new Event.Exited(new WorkerId(worker), 137));
            on(new Event.Tick());
        }

        /** Lets time pass until a worker is launched; the two that are left live on. */
        boolean awaitsLaunch() {
            for (int i = 0; i < 800 && launched.isEmpty(); i++) {
                millis += 50;
                for (int slot = 0; slot < 3; slot += 2) {
                    var progress = new Progress(0, Progress.Phase.COMPUTING, i);
                    say(slot + 1, new FromWorker.Heartbeat(new WorkerId("w" + slot + "-1"), generation, progress));
                }
                on(new Event.Tick());
            }
            return !launched.isEmpty();
        }
    }

    private static Decision firstDecision(Registry registry, String run) throws RegistryException {
        var scene = new Scene(registry, run, SHORT);
        scene.steps();
        scene.dies("w1-1");
        return scene.decisions.getFirst();
    }

    /** A worker dies, and each time it was started again it dies before it is of use. Returns what was decided each time. */
    private static List<Strategy> restartedInVain(Registry registry, String run) throws RegistryException {
        var scene = new Scene(registry, run, LONG);
        scene.steps();
        for (int life = 1; life <= 6; life++) {
            scene.dies("w1-" + life);
            assertThat(scene.awaitsLaunch()).as("life %d", life).isTrue();
            scene.launched.clear();
        }
        return scene.decisions.stream().map(Decision::chosen).toList();
    }

    @Test
    void whatNeverHelpedInEarlierRunsIsNotPreferredInTheNextOnTheSameRegistry() throws Exception {
        try (Registry registry = Registries.sqlite(folder.resolve("registry.db"))) {
            for (String run : List.of("first", "second", "third")) {
                assertThat(restartedInVain(registry, run)).containsOnly(new Strategy.RestartWorker());
            }
            assertThat(firstDecision(registry, "fourth").chosen()).isEqualTo(new Strategy.ContinueWithout());
        }
    }

    @Test
    void onARegistryOfItsOwnTheSameRunKnowsNothingOfThem() throws Exception {
        try (Registry registry = Registries.sqlite(folder.resolve("other.db"))) {
            assertThat(firstDecision(registry, "second").chosen()).isEqualTo(new Strategy.RestartWorker());
        }
    }
}

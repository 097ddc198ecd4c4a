package dev.perdure.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.supervision.SimShell.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** A simulation that finds nothing proves nothing: here the supervisor is broken on purpose, and must be found out. */
class InvariantsCanFailTest {
    private static final int SEEDS_MAX = 3_000;

    private static Supervision real(Run run, World world) {
        return Supervision.takeOver(run, world.registry.facts, world.registry.epoch);
    }

    /** Returns what gave a broken supervisor away, first. */
    private static String caught(BiFunction<Run, World, Machine> broken) {
        for (long seed = 0; seed < SEEDS_MAX; seed++) {
            try {
                new World(seed, broken, false).run(seed);
            } catch (AssertionError found) {
                return String.valueOf(found.getMessage());
            }
        }
        return "nothing";
    }

    /** Acts on a supervisor's commands instead of handing them on. */
    private interface Meddler {
        /** Returns events to tell the supervisor at once; what is to be handed on goes into {@code kept}. */
        List<Event> meddle(Command command, List<Command> kept);
    }

    private static Machine meddled(Supervision real, Meddler meddler) {
        return new Machine() {
            @Override
            public Step on(Event event, long nowNanos) {
                var kept = new ArrayList<Command>();
                for (Command command : real.on(event, nowNanos).commands()) {
                    for (Event next : meddler.meddle(command, kept)) {
                        kept.addAll(on(next, nowNanos).commands());
                    }
                }
                return new Step(kept, List.of());
            }
        };
    }

    @Test
    void formingBeforeThatIsDurableIsFound() {
        assertThat(caught((run, world) -> meddled(real(run, world), (command, kept) -> {
                    if (command instanceof Command.Write write) {
                        return List.of(new Event.Written(write.batch()));
                    }
                    kept.add(command);
                    return List.of();
                })))
                .contains("is not durable");
    }

    @Test
    void aDoubtThatASuccessorDoesNotHearOfIsFound() {
        assertThat(caught((run, world) -> meddled(real(run, world), (command, kept) -> {
                    kept.add(
                            command instanceof Command.Write write
                                    ? new Command.Write(
                                            write.batch(),
                                            write.facts().stream()
                                                    .filter(fact -> !(fact instanceof Fact.Believed))
                                                    .toList())
                                    : command);
                    return List.of();
                })))
                .contains("the run ended with Completed");
    }

    @Test
    void takingAKilledProcessForGoneAtOnceIsFound() {
        assertThat(caught((run, world) -> meddled(real(run, world), (command, kept) -> {
                    kept.add(command);
                    return command instanceof Command.Kill kill
                            ? List.of(new Event.Exited(kill.worker(), 137))
                            : List.of();
                })))
                .containsAnyOf("generations can commit", "commits after", "still run");
    }

    @Test
    void killingNobodyIsFound() {
        assertThat(caught((run, world) -> meddled(real(run, world), (command, kept) -> {
                    if (command instanceof Command.Kill kill) {
                        return List.of(new Event.Exited(kill.worker(), 137));
                    }
                    kept.add(command);
                    return List.of();
                })))
                .containsAnyOf("generations can commit", "commits after", "still run");
    }

    @Test
    void takingTheStateOfSomebodyWhoIsBehindIsFound() {
        assertThat(caught((run, world) -> meddled(real(run, world), (command, kept) -> {
                    kept.add(withLastAsSource(command));
                    return List.of();
                })))
                .containsAnyOf("an applied step is undone", "another's state", "states differ");
    }

    private static Command withLastAsSource(Command command) {
        return switch (command) {
            case Command.Send send
            when send.message() instanceof ToWorker.Form form ->
                new Command.Send(
                        send.connection(),
                        send.worker(),
                        new ToWorker.Form(form.epoch(), withLastAsSource(form.generation())));
            case Command.Write write ->
                new Command.Write(
                        write.batch(),
                        write.facts().stream()
                                .map(fact -> fact instanceof Fact.Formed formed
                                        ? new Fact.Formed(withLastAsSource(formed.generation()), formed.reason())
                                        : fact)
                                .toList());
            case Command.Send _, Command.Launch _, Command.Kill _, Command.Finish _ -> command;
        };
    }

    private static Generation withLastAsSource(Generation generation) {
        if (!generation.joiners().isEmpty()) {
            return generation;
        }
        return new Generation(
                generation.number(),
                generation.shares(),
                generation.shares().size() - 1,
                generation.position(),
                generation.meetingPoint());
    }

    @Test
    void aSuccessorThatForgetsTheFactsIsFound() {
        assertThat(caught((run, world) -> Supervision.takeOver(
                        run, Facts.none(world.registry.facts.targets()), world.registry.epoch)::on))
                .containsAnyOf("launched twice", "still run", "commits after");
    }

    @Test
    void aSupervisorThatNeverLooksAtTheClockIsFound() {
        assertThat(caught((run, world) -> {
                    Supervision real = real(run, world);
                    real.on(new Event.Tick(), 0);
                    return (event, _) -> real.on(event, 0);
                }))
                .contains("the run does not end");
    }

    @Test
    void launchingBeyondTheBudgetIsFound() {
        assertThat(caught((run, world) -> {
                    var generous = new Budgets(
                            100_000,
                            100_000,
                            run.budgets().window(),
                            Budgets.recovery(100_000),
                            100_000,
                            100_000,
                            100_000,
                            run.budgets().slotPause());
                    var other = new Run(
                            run.build(),
                            run.configuration(),
                            run.positionMax(),
                            run.meetingPlace(),
                            run.patience(),
                            generous,
                            run.suspicion());
                    return real(other, world)::on;
                }))
                .contains("restarts allowed");
    }

    @Test
    void aMicrobatchComputedTwiceOrByNobodyIsFound() {
        WorkerId one = new WorkerId("a");
        WorkerId two = new WorkerId("b");
        var generation =
                new Generation(1, List.of(new Share(one, 0, World.MICROBATCHES)), 0, OptionalLong.empty(), "place");
        var world = new World(0, (run, w) -> real(run, w)::on, false);
        for (Share second : List.of(new Share(two, 3, World.MICROBATCHES), new Share(two, 5, World.MICROBATCHES))) {
            var stepped = new Observation.Stepped(generation, List.of(new Share(one, 0, 4), second), List.of(0L, 0L));
            assertThatThrownBy(() -> new Invariant.SamplesExactlyOnce().saw(stepped, world))
                    .hasMessageContaining("not computed once");
        }
    }

    @Test
    void aStepAppliedTwiceOrSkippedIsFound() {
        var world = new World(0, (run, w) -> real(run, w)::on, false);
        for (long before : List.of(6L, 8L)) {
            var applied = new Observation.Applied(new WorkerId("a"), 1, 7, before);
            assertThatThrownBy(() -> new Invariant.StepsFollowEachOther().saw(applied, world))
                    .isInstanceOf(AssertionError.class);
        }
    }
}

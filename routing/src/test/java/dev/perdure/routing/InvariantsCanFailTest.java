package dev.perdure.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.routing.World.Machine;
import dev.perdure.routing.World.Machines;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A simulation that finds nothing proves nothing: here routing is broken on purpose, and must be found out. */
class InvariantsCanFailTest {
    private static final int SEEDS_MAX = 300;

    /** Returns what gave a broken machine away, first. */
    private static String caught(Machines broken) {
        for (long seed = 0; seed < SEEDS_MAX; seed++) {
            try {
                new World(seed, broken, false).run();
            } catch (AssertionError found) {
                return String.valueOf(found.getMessage());
            }
        }
        return "nothing";
    }

    private static Machines hiding(Predicate<Event> which) {
        return (real, _) -> (event, now) -> which.test(event) ? new Step(List.of(), List.of()) : real.on(event, now);
    }

    private static Machines meddling(UnaryOperator<List<Command>> with) {
        return (real, _) -> (event, now) -> {
            Step step = real.on(event, now);
            return new Step(with.apply(step.commands()), step.notices());
        };
    }

    private static Machines told(UnaryOperator<Event> lie) {
        return (real, _) -> (event, now) -> real.on(lie.apply(event), now);
    }

    private static FleetEvent of(Event event) {
        return event instanceof Event.OfReplica replica ? replica.event() : new FleetEvent.Tick();
    }

    @Test
    void believingAWrongGoldenAnswerIsFound() {
        Machines blind = told(event -> of(event) instanceof FleetEvent.Probed probed
                ? new Event.OfReplica(
                        probed.replica(),
                        new FleetEvent.Probed(probed.replica(), probed.probe(), new FleetEvent.Golden.Right()))
                : event);
        assertThat(caught(blind)).contains("has answered wrongly for");
    }

    @Test
    void notHearingOfDeathsIsFound() {
        assertThat(caught(hiding(event ->
                        of(event) instanceof FleetEvent.Exited || of(event) instanceof FleetEvent.Disconnected)))
                .containsAnyOf("though another replica is well", "in use of", "expected:");
    }

    @Test
    void neverLookingAtTheClockIsFound() {
        assertThat(caught((real, _) -> (event, _) -> real.on(event, 0)))
                .containsAnyOf("after its deadline", "answers", "though another replica is well", "belongs to nobody");
    }

    @Test
    void answeringTwiceIsFound() {
        assertThat(caught(meddling(commands -> {
                    var twice = new ArrayList<Command>();
                    for (Command command : commands) {
                        twice.add(command);
                        if (command instanceof Command.Answer) {
                            twice.add(command);
                        }
                    }
                    return twice;
                })))
                .contains("is answered twice");
    }

    @Test
    void losingARequestIsFound() {
        assertThat(caught(hiding(event -> event instanceof Event.Answered answered
                        && answered.request().number() % 50 == 7)))
                .containsAnyOf("though another replica is well", "still has something");
    }

    @Test
    void sendingAnItemBackToWhereItWasIsFound() {
        assertThat(caught((real, world) -> new Machine() {
                    @Override
                    public Step on(Event event, long now) {
                        Step step = real.on(event, now);
                        return new Step(step.commands().stream().map(this::back).toList(), step.notices());
                    }

                    private Command back(Command command) {
                        if (command instanceof Command.Send send && send.attempt() > 0) {
                            ReplicaId first =
                                    world.mustFind(send.request()).replicas.get(0);
                            return first == null
                                    ? command
                                    : new Command.Send(
                                            send.request(), send.attempt(), first, send.items(), send.deadline());
                        }
                        return command;
                    }
                }))
                .containsAnyOf("which has had it", "which is Stopped");
    }

    @Test
    void sendingToWhoeverIsThereIsFound() {
        assertThat(caught((real, world) -> (event, now) -> {
                    Step step = real.on(event, now);
                    return new Step(
                            step.commands().stream()
                                    .map(command -> command instanceof Command.Send send
                                                    && !send.replica().version().equals(World.PREVIOUS)
                                            ? new Command.Send(
                                                    send.request(),
                                                    send.attempt(),
                                                    world.processes.keySet().stream()
                                                            .filter(id ->
                                                                    id.version().equals(World.STABLE))
                                                            .reduce((_, last) -> last)
                                                            .orElse(send.replica()),
                                                    send.items(),
                                                    send.deadline())
                                            : command)
                                    .toList(),
                            step.notices());
                }))
                .containsAnyOf("which is Starting", "never shown to be right", "which is Stopped", "which has had it");
    }

    @Test
    void forgettingAnItemOfABatchIsFound() {
        assertThat(caught(meddling(commands -> commands.stream()
                        .map(command -> command instanceof Command.Answer answer
                                        && answer.parts().getFirst().items().size() > 1
                                ? new Command.Answer(
                                        answer.request(),
                                        List.of(new Next.Part(
                                                0, answer.parts().getFirst().attempt(), List.of(0))))
                                : command)
                        .toList())))
                .containsAnyOf("has not all items", "gave nothing for item");
    }

    @Test
    void startingNobodyAgainIsFound() {
        assertThat(caught((real, world) -> {
                    var started = new ArrayList<Command>();
                    return (event, now) -> {
                        Step step = real.on(event, now);
                        var kept = new ArrayList<Command>();
                        for (Command command : step.commands()) {
                            boolean isStart =
                                    command instanceof Command.OfFleet of && of.command() instanceof FleetCommand.Start;
                            if (!isStart || started.size() < 8) {
                                kept.add(command);
                            }
                            if (isStart) {
                                started.add(command);
                            }
                        }
                        return new Step(kept, step.notices());
                    };
                }))
                .containsAnyOf("in use of", "expected:", "nobody can answer", "though another replica is well");
    }

    @Test
    void killingWhoeverIsLateIsFound() {
        assertThat(caught((real, world) -> {
                    var heard = new HashMap<ReplicaId, Long>();
                    return (event, now) -> {
                        Step step = real.on(event, now);
                        if (of(event) instanceof FleetEvent.Beat beat) {
                            heard.put(beat.replica(), now);
                        }
                        var commands = new ArrayList<>(step.commands());
                        if (world.kind == World.Kind.BUSY) {
                            heard.entrySet().stream()
                                    .filter(each -> now - each.getValue() > 400_000_000)
                                    .forEach(each -> commands.add(
                                            new Command.OfFleet(new FleetCommand.Kill(each.getKey(), "late"))));
                        }
                        return new Step(commands, step.notices());
                    };
                }))
                .contains("which is well");
    }

    @Test
    void pausingBeforeEveryStartIsFound() {
        assertThat(caught((real, _) -> {
                    var held = new ArrayDeque<Command>();
                    var since = new ArrayDeque<Long>();
                    return (event, now) -> {
                        Step step = real.on(event, now);
                        var commands = new ArrayList<Command>();
                        for (Command command : step.commands()) {
                            if (command instanceof Command.OfFleet of && of.command() instanceof FleetCommand.Start) {
                                held.addLast(command);
                                since.addLast(now);
                            } else {
                                commands.add(command);
                            }
                        }
                        while (!held.isEmpty() && now - since.getFirst() > 400_000_000) {
                            commands.add(held.removeFirst());
                            since.removeFirst();
                        }
                        return new Step(commands, step.notices());
                    };
                }))
                .containsAnyOf("and no other is started", "in use of", "expected:");
    }

    @Test
    void refusingWhoeverWasNearAPoisonIsFound() {
        assertThat(caught(meddling(commands -> commands.stream()
                        .map(command -> command instanceof Command.Answer answer
                                        && answer.request().number() % 50 == 7
                                ? (Command) new Command.Fail(
                                        answer.request(), Status.QUARANTINED, "it was near", Optional.empty())
                                : command)
                        .toList())))
                .contains("though another replica is well");
    }
}

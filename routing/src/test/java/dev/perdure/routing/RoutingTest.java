package dev.perdure.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RoutingTest {
    private static final long MS = 1_000_000;
    private static final List<Tier> MODEL = List.of(new Tier.Model("v"));

    /** Replicas that are always ready; a test plays the network. */
    private static final class Scene {
        final Routing routing;
        final List<Command> commands = new ArrayList<>();
        String failing = "";
        long now;
        long next = 1;

        Scene(int replicas, double hedges, double compares) {
            var options = new Routing.Options(
                    Duration.ofMillis(20),
                    Request.Options.usual(),
                    Admission.Options.usual(),
                    new Quarantine.Options(5, Duration.ofSeconds(60)),
                    hedges,
                    compares,
                    Duration.ofSeconds(2));
            routing = new Routing(options, new SplittableRandom(1));
            tell(new Event.Deploy(
                    "v", Fleet.Options.usual(Scaling.Options.between(replicas, replicas), 0), 1, Duration.ZERO));
            commands.clear();
        }

        void tell(Event event) {
            for (Command command : routing.on(event, now).commands()) {
                commands.add(command);
                if (command instanceof Command.OfFleet of) {
                    obey(of.command());
                }
            }
        }

        private void obey(FleetCommand command) {
            ReplicaId id = command.replica();
            switch (command) {
                case FleetCommand.Start _ -> {
                    if (!failing.equals(id.version())) {
                        of(new FleetEvent.Ready(id), id);
                    }
                }
                case FleetCommand.Kill _ -> of(new FleetEvent.Exited(id, 137), id);
                case FleetCommand.Stop _ -> of(new FleetEvent.Exited(id, 0), id);
                case FleetCommand.Probe probe ->
                    of(new FleetEvent.Probed(id, probe.probe(), new FleetEvent.Golden.Right()), id);
            }
        }

        void of(FleetEvent event, ReplicaId id) {
            tell(new Event.OfReplica(id, event));
        }

        RequestId ask(List<Tier> tiers, long patience, String... digests) {
            var id = new RequestId(next++);
            tell(new Event.Arrived(
                    id, new Ask(tiers, now + patience, 0, "client", Optional.empty(), List.of(digests))));
            return id;
        }

        void pass(long nanos) {
            for (long end = now + nanos; now < end; ) {
                long tick = Math.min(end, now + 10 * MS);
                now = Math.min(tick, routing.wakeAt().orElse(tick));
                routing.fleet("v")
                        .orElseThrow()
                        .replicas()
                        .keySet()
                        .forEach(id -> of(new FleetEvent.Beat(id, now, 0), id));
                tell(new Event.Tick());
            }
        }

        List<Command.Send> sent(RequestId id) {
            return all(Command.Send.class).stream()
                    .filter(send -> send.request().equals(id))
                    .toList();
        }

        <C> List<C> all(Class<C> kind) {
            return commands.stream().filter(kind::isInstance).map(kind::cast).toList();
        }

        void answer(Command.Send send) {
            tell(new Event.Answered(send.request(), send.attempt(), true));
        }

        void warm() {
            for (int i = 0; i < 64; i++) {
                RequestId id = ask(MODEL, 1_000 * MS, "warm");
                now += MS;
                answer(sent(id).getFirst());
            }
            commands.clear();
        }
    }

    @Test
    void whatADeadReplicaHadIsSentElsewhereAtOnceAndAnsweredOnce() {
        var scene = new Scene(3, 0, 0);
        RequestId id = scene.ask(MODEL, 1_000 * MS, "a");
        Command.Send first = scene.sent(id).getFirst();
        scene.of(new FleetEvent.Exited(first.replica(), 137), first.replica());
        Command.Send second = scene.sent(id).getLast();
        assertThat(second.replica()).isNotEqualTo(first.replica());
        scene.answer(first); // came after all
        scene.answer(second);
        scene.answer(second);
        assertThat(scene.all(Command.Answer.class))
                .containsExactly(new Command.Answer(id, List.of(new Next.Part(0, 1, List.of(0)))));
        assertThat(scene.all(Command.Forget.class)).hasSize(1);
    }

    @Test
    void anItemThatIsInFlightAtTwoDeathsIsQuarantinedAndItsNeighboursAreNot() {
        var scene = new Scene(4, 0, 0);
        RequestId id = scene.ask(MODEL, 5_000 * MS, "a", "poison", "b");
        Command.Send together = scene.sent(id).getFirst();
        assertThat(together.items()).containsExactly(0, 1, 2);
        scene.of(new FleetEvent.Exited(together.replica(), 139), together.replica());
        List<Command.Send> alone = scene.sent(id).subList(1, 4);
        assertThat(alone).allMatch(send -> send.items().size() == 1);
        assertThat(alone.stream().map(Command.Send::replica).distinct())
                .as("each has its own replica")
                .hasSize(3);
        Command.Send poison = alone.stream()
                .filter(send -> send.items().contains(1))
                .findFirst()
                .orElseThrow();
        alone.stream().filter(send -> !send.equals(poison)).forEach(scene::answer);
        scene.of(new FleetEvent.Exited(poison.replica(), 139), poison.replica());
        assertThat(scene.all(Command.Fail.class)).singleElement().satisfies(fail -> {
            assertThat(fail.status()).isEqualTo(Status.QUARANTINED);
            assertThat(fail.reason()).contains("input poison");
        });
        int before = scene.commands.size();
        RequestId again = scene.ask(MODEL, 1_000 * MS, "poison");
        assertThat(scene.sent(again)).as("nobody is sent it again").isEmpty();
        assertThat(scene.commands.size()).isGreaterThan(before);
        RequestId innocent = scene.ask(MODEL, 1_000 * MS, "a");
        assertThat(scene.sent(innocent)).hasSize(1);
        scene.now += 61_000 * MS;
        scene.pass(10 * MS);
        assertThat(scene.sent(scene.ask(MODEL, 1_000 * MS, "poison")))
                .as("after the quarantine")
                .hasSize(1);
    }

    @Test
    void aQuarantinedItemOfABatchIsAnsweredByATierBelowAndTheOthersByTheModel() {
        var scene = new Scene(4, 0, 0);
        List<Tier> tiers = List.of(new Tier.Model("v"), new Tier.KnownGood(), new Tier.Rule());
        for (int i = 0; i < 2; i++) {
            RequestId id = scene.ask(List.of(new Tier.Model("v")), 10 * MS, "poison");
            Command.Send send = scene.sent(id).getFirst();
            scene.of(new FleetEvent.Exited(send.replica(), 139), send.replica());
            scene.pass(20 * MS);
        }
        RequestId id = scene.ask(tiers, 1_000 * MS, "a", "poison");
        Command.Fall known = scene.all(Command.Fall.class).getLast();
        assertThat(known.items()).containsExactly(1);
        scene.tell(new Event.Fell(id, known.attempt(), List.of()));
        Command.Fall rule = scene.all(Command.Fall.class).getLast();
        assertThat(rule.tier()).isEqualTo(new Tier.Rule());
        scene.tell(new Event.Fell(id, rule.attempt(), List.of(1)));
        Command.Send send = scene.sent(id).getFirst();
        assertThat(send.items()).containsExactly(0);
        scene.answer(send);
        assertThat(scene.all(Command.Answer.class).getLast().parts())
                .containsExactlyInAnyOrder(
                        new Next.Part(0, send.attempt(), List.of(0)), new Next.Part(2, rule.attempt(), List.of(1)));
    }

    @Test
    void hedgesGoElsewhereAfterThe95thPercentileAndNeverBeyondTheBudget() {
        var scene = new Scene(3, 0.05, 0);
        scene.warm();
        int hedged = 0;
        for (int i = 0; i < 400; i++) {
            RequestId id = scene.ask(MODEL, 1_000 * MS, "a" + i);
            scene.pass(5 * MS);
            List<Command.Send> sent = scene.sent(id);
            if (sent.size() == 2) {
                hedged++;
                assertThat(sent.getLast().replica())
                        .isNotEqualTo(sent.getFirst().replica());
            }
            scene.answer(sent.getLast());
            assertThat(sent.size()).isLessThanOrEqualTo(2);
        }
        assertThat(hedged).isBetween(10, 400 / 20 + 10);
        assertThat(scene.all(Command.Cancel.class)).hasSize(hedged);
    }

    @Test
    void withoutBudgetARequestIsRescuedWhenItTakesFarTooLong() {
        var scene = new Scene(2, 0, 0);
        scene.warm(); // a request takes 1 ms
        RequestId id = scene.ask(MODEL, 1_000 * MS, "a");
        scene.pass(7 * MS);
        assertThat(scene.sent(id)).hasSize(1);
        scene.pass(3 * MS);
        assertThat(scene.sent(id)).hasSize(2);
    }

    @Test
    void anAnswerOfAReplicaMeanwhileKnownToBeWrongIsDiscardedAndAskedForElsewhere() {
        var scene = new Scene(3, 0, 0);
        RequestId id = scene.ask(MODEL, 5_000 * MS, "a", "b");
        Command.Send first = scene.sent(id).getFirst();
        scene.of(new FleetEvent.Found(first.replica(), new Finding.GoldenWrong("wrong")), first.replica());
        scene.answer(first);
        assertThat(scene.all(Command.Answer.class)).isEmpty();
        Command.Send second = scene.sent(id).getLast();
        assertThat(second.replica()).isNotEqualTo(first.replica());
        scene.answer(second);
        assertThat(scene.all(Command.Answer.class)).hasSize(1);
        assertThat(scene.routing.quarantine().size())
                .as("its end was no death by an item")
                .isZero();
    }

    @Test
    void aReplicaThatGivesNanForWhatAnotherAnswersIsOut() {
        var scene = new Scene(2, 0, 0);
        RequestId id = scene.ask(MODEL, 1_000 * MS, "a");
        Command.Send first = scene.sent(id).getFirst();
        scene.tell(new Event.Answered(id, first.attempt(), false));
        scene.answer(scene.sent(id).getLast());
        assertThat(scene.all(Command.Answer.class)).hasSize(1);
        assertThat(scene.routing.fleet("v").orElseThrow().health(first.replica()))
                .isEmpty();
    }

    @Test
    void anInputThatGivesNanEverywhereIsNobodysFault() {
        var scene = new Scene(3, 0, 0);
        RequestId id = scene.ask(MODEL, 1_000 * MS, "a");
        for (int i = 0; i < 2; i++) {
            scene.tell(new Event.Answered(id, i, false));
        }
        assertThat(scene.all(Command.Fail.class))
                .singleElement()
                .satisfies(fail -> assertThat(fail.status()).isEqualTo(Status.ERROR));
        assertThat(scene.routing.fleet("v").orElseThrow().inUse()).isEqualTo(3);
    }

    @Test
    void ofThreeThatAreComparedTheOneOutvotedIsOut() {
        var scene = new Scene(3, 0, 1);
        RequestId id = scene.ask(MODEL, 1_000 * MS, "a");
        scene.answer(scene.sent(id).getFirst());
        scene.answer(scene.sent(id).getLast());
        assertThat(scene.all(Command.Compare.class).getLast().attempts()).containsExactly(0, 1);
        scene.tell(new Event.Compared(id, List.of(List.of(0), List.of(1))));
        scene.answer(scene.sent(id).getLast());
        ReplicaId outvoted = scene.sent(id).get(1).replica();
        scene.tell(new Event.Compared(id, List.of(List.of(0, 2), List.of(1))));
        assertThat(scene.routing.fleet("v").orElseThrow().health(outvoted)).isEmpty();
        assertThat(scene.all(Command.Forget.class)).hasSize(1);
    }

    @Test
    void ofTwoThatDifferTheGoldenSetDecides() {
        var scene = new Scene(2, 0, 1);
        RequestId id = scene.ask(MODEL, 1_000 * MS, "a");
        scene.answer(scene.sent(id).getFirst());
        scene.answer(scene.sent(id).getLast());
        scene.commands.clear();
        scene.tell(new Event.Compared(id, List.of(List.of(0), List.of(1))));
        assertThat(scene.all(Command.OfFleet.class))
                .filteredOn(of -> of.command() instanceof FleetCommand.Probe)
                .hasSize(2);
        assertThat(scene.routing.fleet("v").orElseThrow().inUse()).isEqualTo(2);
    }

    @Test
    void whenNobodyIsLeftAnEarlierVersionAnswersWithinTheSameDeadline() {
        var scene = new Scene(1, 0, 0);
        scene.tell(new Event.Deploy("u", Fleet.Options.usual(Scaling.Options.between(1, 1), 0), 1, Duration.ZERO));
        scene.failing = "v";
        scene.of(new FleetEvent.Found(new ReplicaId("v", 1), new Finding.GoldenWrong("wrong")), new ReplicaId("v", 1));
        RequestId id = scene.ask(List.of(new Tier.Model("v"), new Tier.Model("u")), 1_000 * MS, "a");
        assertThat(scene.sent(id)).isEmpty();
        scene.pass(310 * MS);
        assertThat(scene.sent(id))
                .singleElement()
                .satisfies(send -> assertThat(send.replica().version()).isEqualTo("u"));
    }

    @Test
    void theSameEventsGiveTheSameCommands() {
        var first = new Scene(3, 0.05, 0.5);
        var second = new Scene(3, 0.05, 0.5);
        first.warm();
        second.warm();
        for (int i = 0; i < 100; i++) {
            first.ask(MODEL, 50 * MS, "a" + i, "b");
            second.ask(MODEL, 50 * MS, "a" + i, "b");
            first.pass(7 * MS);
            second.pass(7 * MS);
        }
        assertThat(first.commands).isEqualTo(second.commands).isNotEmpty();
    }
}

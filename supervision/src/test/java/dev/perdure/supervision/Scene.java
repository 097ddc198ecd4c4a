package dev.perdure.supervision;

import dev.perdure.supervision.Progress.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** A supervisor and a hand that plays everyone else, with time in milliseconds. */
final class Scene {
    static final String BUILD = "build-1";
    static final String CONFIGURATION = "digest-1";
    static final long POSITION_MAX = 2_001;

    final List<Command> commands = new ArrayList<>();
    final List<String> reasons = new ArrayList<>();
    final Map<WorkerId, Long> connections = new LinkedHashMap<>();
    Supervision supervision;
    Facts facts;
    long millis = 1_000;
    boolean registryAnswers = true;
    private long connection;

    Scene(int workers, int spares) {
        this(Facts.none(new Targets(workers, spares, 8)), 1);
    }

    Scene(int workers, int spares, Run run) {
        this(Facts.none(new Targets(workers, spares, 8)), 1, run);
    }

    Scene(Facts facts, long epoch) {
        this(facts, epoch, run(OnDivergence.STOP));
    }

    Scene(Facts facts, long epoch, OnDivergence policy) {
        this(facts, epoch, run(policy));
    }

    private Scene(Facts facts, long epoch, Run run) {
        this.facts = facts;
        supervision = Supervision.takeOver(run, facts, epoch);
    }

    static Run run() {
        return run(OnDivergence.STOP);
    }

    static Run run(OnDivergence policy) {
        return new Run(
                BUILD,
                CONFIGURATION,
                POSITION_MAX,
                "tcp://127.0.0.1:1",
                Patience.standard(),
                Budgets.standard(),
                Suspicion.within(Suspicion.Bounds.standard()),
                policy,
                Precedents.none(),
                List.of());
    }

    static WorkerId id(String name) {
        return new WorkerId(name);
    }

    /** Tells an event; what is to be made durable is, at once. */
    Scene on(Event event) {
        Step step = supervision.on(event, Duration.ofMillis(millis).toNanos());
        commands.addAll(step.commands());
        reasons.addAll(step.reasons());
        for (Command command : step.commands()) {
            if (command instanceof Command.Write write && registryAnswers) {
                answer(write);
            }
        }
        return this;
    }

    void answer(Command.Write write) {
        for (Fact fact : write.facts()) {
            facts = facts.with(fact);
        }
        on(new Event.Written(write.batch()));
    }

    Scene tick() {
        return on(new Event.Tick());
    }

    /** Lets time pass, with a tick every 50 ms and a heartbeat from each of these, where they stand. */
    Scene pass(int forMillis, long generation, Progress progress, String... alive) {
        for (long end = millis + forMillis; millis < end; ) {
            millis += 50;
            for (String name : alive) {
                say(new FromWorker.Heartbeat(id(name), generation, progress));
            }
            tick();
        }
        return this;
    }

    Scene say(FromWorker message) {
        return on(new Event.Said(connections.getOrDefault(message.worker(), 0L), message));
    }

    Scene join(String name) {
        return join(name, 0, OptionalLong.empty());
    }

    Scene join(String name, long generation, OptionalLong position) {
        connections.put(id(name), ++connection);
        return say(new FromWorker.Join(id(name), "host", name.hashCode(), BUILD, CONFIGURATION, generation, position));
    }

    Scene ready(long generation, OptionalLong position, String... names) {
        for (String name : names) {
            say(new FromWorker.Ready(id(name), generation, position));
        }
        return this;
    }

    Scene formed(long generation, long position, String... names) {
        for (String name : names) {
            say(new FromWorker.Formed(id(name), generation, position));
        }
        return this;
    }

    Scene stand(long generation, long position, long digest, String... names) {
        for (String name : names) {
            say(new FromWorker.Stands(id(name), generation, position, digest));
        }
        return this;
    }

    Scene met(long generation, String... names) {
        for (String name : names) {
            say(new FromWorker.Met(id(name), generation));
        }
        return this;
    }

    Scene steps(long generation, long position, String... names) {
        for (String name : names) {
            say(new FromWorker.Heartbeat(id(name), generation, new Progress(position, Phase.COMPUTING, 0)));
        }
        return this;
    }

    /** Brings a run of so many workers to where its first generation steps, at position 0. */
    static Scene stepping(int workers, int spares) {
        return stepping(workers, spares, run());
    }

    static Scene stepping(int workers, int spares, Run run) {
        Scene scene = new Scene(workers, spares, run).tick();
        String[] names = new String[workers + spares];
        for (int slot = 0; slot < names.length; slot++) {
            names[slot] = "w" + slot + "-1";
        }
        // The spares first, so that the first generation has them.
        for (int slot = names.length - 1; slot >= 0; slot--) {
            scene.join(names[slot]);
        }
        scene.ready(1, OptionalLong.empty(), names).formed(1, 0, names);
        return scene.forget();
    }

    Scene forget() {
        commands.clear();
        reasons.clear();
        return this;
    }

    <C extends Command> List<C> commands(Class<C> kind) {
        return commands.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** Returns what was sent to a worker, since last forgotten. */
    List<ToWorker> sentTo(String name) {
        return commands(Command.Send.class).stream()
                .filter(send -> send.worker().equals(id(name)))
                .map(Command.Send::message)
                .toList();
    }

    List<String> refusals() {
        return reasons.stream().filter(reason -> reason.startsWith("refused")).toList();
    }

    List<String> killed() {
        return commands(Command.Kill.class).stream()
                .map(kill -> kill.worker().name())
                .toList();
    }

    List<String> launched() {
        return commands(Command.Launch.class).stream()
                .map(launch -> launch.worker().name())
                .toList();
    }

    List<Incident> incidents() {
        return commands(Command.Write.class).stream()
                .flatMap(write -> write.facts().stream())
                .filter(Fact.Happened.class::isInstance)
                .map(fact -> ((Fact.Happened) fact).incident())
                .toList();
    }

    List<Fact.Tried> tried() {
        return commands(Command.Write.class).stream()
                .flatMap(write -> write.facts().stream())
                .filter(Fact.Tried.class::isInstance)
                .map(Fact.Tried.class::cast)
                .toList();
    }

    /** Returns the one generation that was sent to all its members, since last forgotten. */
    Generation formed() {
        List<Generation> formed = commands(Command.Send.class).stream()
                .filter(send -> send.message() instanceof ToWorker.Form)
                .map(send -> ((ToWorker.Form) send.message()).generation())
                .distinct()
                .toList();
        if (formed.size() != 1) {
            throw new AssertionError("generations formed: " + formed);
        }
        return formed.getFirst();
    }

    List<Outcome> outcomes() {
        return commands(Command.Finish.class).stream()
                .map(Command.Finish::outcome)
                .toList();
    }
}

package dev.perdure.gateway;

import dev.perdure.routing.Command;
import dev.perdure.routing.Event;
import dev.perdure.routing.Finding;
import dev.perdure.routing.FleetCommand;
import dev.perdure.routing.FleetEvent;
import dev.perdure.routing.FleetEvent.Golden;
import dev.perdure.routing.Notice;
import dev.perdure.routing.ReplicaId;
import dev.perdure.routing.RequestId;
import dev.perdure.routing.Step;
import io.micrometer.core.instrument.Counter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Figures of one model, drawn from what is told to those who decide and from what they decide; nobody there knows. Owned by the
 * model's thread.
 */
final class ModelMeter {
    private static final String MODEL = "model";
    private static final String VERSION = "version";
    private static final List<String> KINDS = List.of("first", "again", "hedge", "check");

    /** A request from when it came until it is forgotten. */
    private static final class Life {
        private final long since;
        private final Map<Integer, Sent> open = new HashMap<>();
        private boolean wasSent;
        private boolean isAnswered;

        Life(long since) {
            this.since = since;
        }
    }

    private record Sent(ReplicaId to, long at) {}

    private final String model;
    private final Meters meters;
    private final Map<RequestId, Life> lives = new HashMap<>();

    ModelMeter(String model, Meters meters) {
        this.model = model;
        this.meters = meters;
    }

    void decided(Event event, Step step, long now) {
        switch (event) {
            case Event.Arrived arrived -> lives.put(arrived.request(), new Life(now));
            case Event.Answered answered ->
                ended(answered.request(), answered.attempt()).ifPresent(sent -> answered(sent, now));
            case Event.Failed failed ->
                ended(failed.request(), failed.attempt())
                        .ifPresent(sent ->
                                failures(versionOf(sent.to()), failed.cause()).increment());
            case Event.OfReplica(ReplicaId replica, FleetEvent.Probed probed) ->
                probes(versionOf(replica), probed.result().getClass()).increment();
            case Event.OfReplica _,
                    Event.Abandoned _,
                    Event.Fell _,
                    Event.Compared _,
                    Event.Deploy _,
                    Event.Resize _,
                    Event.Retire _,
                    Event.Tick _ -> {} // what follows from them is told as notices and commands
        }
        step.commands().forEach(command -> commanded(command, now));
        step.notices().forEach(this::noticed);
    }

    private Optional<Sent> ended(RequestId request, int attempt) {
        return Optional.ofNullable(lives.get(request)).map(life -> life.open.remove(attempt));
    }

    private void answered(Sent sent, long now) {
        meters.time(
                "perdure.replica",
                "From sending items to a replica until it has answered them.",
                now - sent.at(),
                MODEL,
                model,
                VERSION,
                versionOf(sent.to()));
    }

    private Counter failures(String version, Event.Cause cause) {
        return meters.counter(
                "perdure.attempts.failed",
                "Attempts that a replica did not answer, by why.",
                MODEL,
                model,
                VERSION,
                version,
                "cause",
                word(cause.name()));
    }

    private Counter probes(String version, Class<?> result) {
        return meters.counter(
                "perdure.golden.probes",
                "Golden samples asked of replicas, by what came of it.",
                MODEL,
                model,
                VERSION,
                version,
                "result",
                word(result));
    }

    private void commanded(Command command, long now) {
        switch (command) {
            case Command.Send send ->
                Optional.ofNullable(lives.get(send.request())).ifPresent(life -> sent(life, send, now));
            case Command.Cancel cancel -> ended(cancel.request(), cancel.attempt());
            case Command.Answer answer ->
                Optional.ofNullable(lives.get(answer.request())).ifPresent(life -> life.isAnswered = true);
            case Command.Forget forget -> lives.remove(forget.request());
            case Command.OfFleet(FleetCommand.Start start) ->
                starts(versionOf(start.replica())).increment();
            case Command.OfFleet _, Command.Fall _, Command.Fail _, Command.Compare _ -> {}
        }
    }

    private void sent(Life life, Command.Send send, long now) {
        String kind = life.isAnswered ? "check" : life.open.isEmpty() ? life.wasSent ? "again" : "first" : "hedge";
        if (!life.wasSent) {
            life.wasSent = true;
            meters.time(
                    "perdure.queue",
                    "From the arrival of a request until it is first sent to a replica.",
                    now - life.since,
                    MODEL,
                    model);
        }
        life.open.put(send.attempt(), new Sent(send.replica(), now));
        attempts(versionOf(send.replica()), kind).increment();
    }

    private Counter attempts(String version, String kind) {
        return meters.counter(
                "perdure.attempts",
                "Items sent to replicas: first, again after a failure, as a hedge beside another, or to check an answer.",
                MODEL,
                model,
                VERSION,
                version,
                "kind",
                kind);
    }

    private void noticed(Notice notice) {
        switch (notice) {
            case Notice.Ejected ejected ->
                found(
                        "ejections",
                        versionOf(ejected.replica()),
                        ejected.finding().getClass());
            case Notice.Gone gone -> gone(gone);
            case Notice.Quarantined _ -> quarantined().increment();
            case Notice.Undecided _ -> undecided().increment();
            case Notice.Readmitted _, Notice.PutToUse _, Notice.Rested _, Notice.Scaled _ -> {}
        }
    }

    private Counter quarantined() {
        return meters.counter("perdure.quarantined", "Inputs that were with replicas that ended.", MODEL, model);
    }

    private Counter undecided() {
        return meters.counter(
                "perdure.undecided",
                "Answers on which two replicas differ, and nobody could say who is right.",
                MODEL,
                model);
    }

    private void gone(Notice.Gone gone) {
        found("deaths", versionOf(gone.replica()), gone.finding().getClass());
        lives.values()
                .forEach(life -> life.open.values().removeIf(sent -> sent.to().equals(gone.replica())));
    }

    private void found(String what, String version, Class<?> finding) {
        findings(what, version, word(finding)).increment();
    }

    private Counter findings(String what, String version, String finding) {
        return meters.counter(
                "perdure.replica." + what,
                "Replicas that were lost or taken out, by what was found.",
                MODEL,
                model,
                VERSION,
                version,
                "finding",
                finding);
    }

    private Counter starts(String version) {
        return meters.counter("perdure.replica.starts", "Replicas started.", MODEL, model, VERSION, version);
    }

    /** A version is served from now on: what has not happened to it is 0, not absent. */
    void begin(String version) {
        touch(starts(version), quarantined(), undecided());
        for (Class<?> finding : Finding.class.getPermittedSubclasses()) {
            touch(findings("deaths", version, word(finding)), findings("ejections", version, word(finding)));
        }
        for (Class<?> result : Golden.class.getPermittedSubclasses()) {
            touch(probes(version, result));
        }
        for (Event.Cause cause : Event.Cause.values()) {
            touch(failures(version, cause));
        }
        for (String kind : KINDS) {
            touch(attempts(version, kind));
        }
    }

    private static void touch(Counter... counters) {
        for (Counter counter : counters) {
            counter.increment(0);
        }
    }

    private static String versionOf(ReplicaId replica) {
        return Deployment.versionOf(replica.version());
    }

    private static String word(Class<?> type) {
        return word(type.getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", "_"));
    }

    private static String word(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}

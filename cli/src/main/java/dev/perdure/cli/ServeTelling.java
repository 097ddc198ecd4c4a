package dev.perdure.cli;

import dev.perdure.gateway.GatewayListener;
import dev.perdure.gateway.RolloutReport;
import dev.perdure.guard.DriftReport;
import dev.perdure.guard.DriftStanding;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.Served;
import dev.perdure.routing.Evidence;
import dev.perdure.routing.Finding;
import dev.perdure.routing.Notice;
import dev.perdure.routing.ReplicaId;
import java.io.PrintStream;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.stream.Collectors;

/** Says what happens while models are served, in one line each. */
class ServeTelling implements GatewayListener {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

    private static final int EVIDENCE_MAX = 3;

    private final PrintStream out;

    ServeTelling(PrintStream out) {
        this.out = out;
    }

    synchronized void say(String words) {
        out.println(LocalTime.now(ZoneId.systemDefault()).format(TIME) + "  " + words);
        out.flush();
    }

    /** Says how to try what is served. */
    void tryIt(String command) {
        out.println(ServeSession.TRY_IT + command);
        out.flush();
    }

    /** A request has ended; people are not told of each. */
    void served(Served served) {}

    /** Returns how many lines were left out because they came faster than they could be written. */
    long dropped() {
        return 0;
    }

    /** Says what another process said. */
    synchronized void repeat(String line) {
        out.println(line);
        out.flush();
    }

    @Override
    public void told(String model, Notice notice) {
        words(model, notice).ifPresent(this::say);
    }

    @Override
    public void drifts(ModelId model, DriftStanding.Change change) {
        say(
                switch (change) {
                    case DriftStanding.Change.Began began ->
                        "%s: what is asked drifts away from training (window %d of %d): %s"
                                .formatted(
                                        model,
                                        began.report().number(),
                                        began.report().samples(),
                                        began.evidence().stream()
                                                .limit(EVIDENCE_MAX)
                                                .map(DriftReport.Evidence::words)
                                                .collect(Collectors.joining("; ")));
                    case DriftStanding.Change.Ended ended ->
                        "%s: what is asked is again as in training (window %d)"
                                .formatted(model, ended.report().number());
                });
    }

    @Override
    public void rollout(RolloutReport report) {
        say(words(report));
    }

    /** Returns a line for a person about a version that is to take over. */
    static String words(RolloutReport report) {
        String stable = report.stable().toString();
        String words = switch (report.phase()) {
            case "loading" -> "replicas of it are started beside %s".formatted(stable);
            case "shadow" -> "it computes copies of requests that %s answers".formatted(stable);
            case "canary" -> "it answers %.0f %% of requests, %s the others".formatted(100 * report.share(), stable);
            case "promoted" -> "takes over from %s".formatted(stable);
            default ->
                "rolled back: %s. %s goes on%s"
                        .formatted(
                                report.reason().orElse(""),
                                stable,
                                report.isByRequest() ? "" : "; it is tried again when its bundle changes");
        };
        return "%s: %s".formatted(report.candidate(), words);
    }

    /** Returns a line for a person; nothing for what is of no interest to one. */
    static Optional<String> words(String model, Notice notice) {
        return switch (notice) {
            case Notice.Ejected ejected ->
                ejected.finding().grade() == Finding.Grade.GONE
                        ? Optional.empty()
                        : Optional.of("%s is out: %s. Requests go to others"
                                .formatted(
                                        named(model, ejected.replica()),
                                        ejected.finding().words()));
            case Notice.Gone gone ->
                Optional.of("%s is gone: %s%s"
                        .formatted(
                                named(model, gone.replica()),
                                gone.finding().words(),
                                gone.evidence() != Evidence.NONE
                                        ? ". What it had goes to others, and another is started"
                                        : ""));
            case Notice.PutToUse used -> Optional.of(named(model, used.replica()) + " answers requests");
            case Notice.Rested rested -> Optional.of(named(model, rested.replica()) + " stands by");
            case Notice.Scaled scaled ->
                Optional.of("%s/%s: %d replicas instead of %d (%s)"
                        .formatted(model, scaled.version(), scaled.to(), scaled.from(), scaled.reason()));
            case Notice.Quarantined held ->
                Optional.of("%s: an input was with replicas that ended, so none is sent it any more (%s)"
                        .formatted(
                                model,
                                held.digest()
                                        .substring(0, Math.min(12, held.digest().length()))));
            case Notice.Undecided undecided -> Optional.of("%s: %s".formatted(model, undecided.words()));
            case Notice.Readmitted _ -> Optional.empty();
        };
    }

    private static String named(String model, ReplicaId replica) {
        return "replica %d of %s/%s".formatted(replica.number(), model, replica.version());
    }
}

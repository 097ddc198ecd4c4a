package dev.perdure.gateway;

import dev.perdure.gateway.RolloutSettings.Manner;
import dev.perdure.oip.ModelId;
import dev.perdure.routing.Rollout;
import dev.perdure.routing.Rollout.Stage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where a newer version is on its way to take over, or what was decided about it, with the evidence.
 *
 * @param stable the version that answers until then
 * @param candidate the newer one
 * @param digest of the candidate's bundle
 * @param isGradual whether it is on evidence
 * @param rollout absent while no replica of the candidate has answered
 * @param isByRequest whether somebody wanted the decision, so that it says nothing about the candidate
 * @param at when
 */
public record RolloutReport(
        ModelId stable,
        ModelId candidate,
        String digest,
        boolean isGradual,
        Optional<Rollout> rollout,
        boolean isByRequest,
        Instant at) {

    static RolloutReport of(Trial trial, boolean isByRequest, Instant at) {
        return new RolloutReport(
                trial.stable().served().id(),
                trial.candidate().served().id(),
                trial.candidate().served().digest(),
                trial.isGradual(),
                trial.rollout(),
                isByRequest,
                at);
    }

    /** Returns where it is, in words. */
    public String phase() {
        return rollout.map(known -> switch (known.stage()) {
                    case Stage.Shadow _ -> "shadow";
                    case Stage.Canary _ -> "canary";
                    case Stage.Promoted _ -> "promoted";
                    case Stage.RolledBack _ -> "rolled back";
                })
                .orElse("loading");
    }

    /** Returns why it was rolled back; nothing if it was not. */
    public Optional<String> reason() {
        return rollout.map(Rollout::stage)
                .flatMap(stage ->
                        stage instanceof Stage.RolledBack(String reason) ? Optional.of(reason) : Optional.empty());
    }

    /** Returns the share of requests that it answers, 0 to 1. */
    public double share() {
        return rollout.map(known -> switch (known.stage()) {
                    case Stage.Shadow _, Stage.RolledBack _ -> 0.0;
                    case Stage.Canary canary -> known.options().shares().get(canary.step());
                    case Stage.Promoted _ -> 1.0;
                })
                .orElse(0.0);
    }

    /** Returns all of it, for a page. */
    Map<String, Object> page() {
        var page = new LinkedHashMap<String, Object>();
        page.put("stable", stable.version().orElse(""));
        page.put("candidate", candidate.version().orElse(""));
        page.put("bundle", digest);
        page.put("manner", (isGradual ? Manner.GRADUAL : Manner.AT_ONCE).word());
        page.put("phase", phase());
        page.put("share", share());
        page.put("at", at.toString());
        reason().ifPresent(why -> page.put("reason", why));
        rollout.ifPresent(known -> {
            requests(known.stage()).ifPresent(count -> {
                page.put("requests", count.requests());
                page.put("requests_needed", count.needed());
            });
            page.put("false_alarm_rate", known.options().alpha());
            page.put("bound", known.level());
            page.put("evidence", evidence(known));
        });
        return page;
    }

    private record Count(int requests, int needed) {}

    private Optional<Count> requests(Stage stage) {
        Rollout.Options options = rollout.orElseThrow().options();
        return switch (stage) {
            case Stage.Shadow shadow -> Optional.of(new Count(shadow.requests(), options.shadowMin()));
            case Stage.Canary canary -> Optional.of(new Count(canary.requests(), options.requestsMin()));
            case Stage.Promoted _, Stage.RolledBack _ -> Optional.empty();
        };
    }

    private static List<Map<String, Object>> evidence(Rollout rollout) {
        var all = new ArrayList<Map<String, Object>>();
        rollout.tests().forEach((name, test) -> {
            var each = new LinkedHashMap<String, Object>();
            each.put("of", name);
            each.put("happened", test.happened());
            each.put("cases", test.cases());
            each.put("p", test.pValue());
            all.add(each);
        });
        return all;
    }
}

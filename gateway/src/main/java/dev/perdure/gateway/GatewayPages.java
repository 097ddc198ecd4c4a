package dev.perdure.gateway;

import dev.perdure.gateway.Outcomes.Truth;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import dev.perdure.oip.Page;
import dev.perdure.oip.Right;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** What a gateway says over HTTP beside the protocol: how versions take over, and how good they are. */
final class GatewayPages {
    private static final int TRUTHS_MAX = 10_000;
    private static final int SHOWN_MAX = 80;

    private final Function<ModelId, ServedModel> models;

    /** @param models returns one, or throws an {@link OipException} */
    GatewayPages(Function<ModelId, ServedModel> models) {
        this.models = models;
    }

    List<Page> all() {
        return List.of(
                new Page("GET", "/v2/models/{model}/rollout", this::rollout),
                new Page("GET", "/v2/models/{model}/outcomes", this::quality),
                new Page("POST", "/v2/models/{model}/outcomes", Right.PREDICT, this::report));
    }

    private static ModelId model(Page.Asked asked) {
        return ModelId.of(asked.part("model"));
    }

    private Page.Answer rollout(Page.Asked asked) {
        ServedModel model = models.apply(model(asked));
        var page = begun(model(asked));
        model.versions().stable().ifPresent(stable -> page.put("stable", stable.version()));
        page.put("served", List.copyOf(model.versions().named().keySet()));
        page.put("under_way", model.underWay().stream().map(RolloutReport::page).toList());
        page.put("waiting", model.waiting().stream().map(ServedVersion::version).toList());
        page.put("decided", model.decided().stream().map(RolloutReport::page).toList());
        return Page.Answer.json(JsonTree.write(page));
    }

    private static Map<String, Object> begun(ModelId model) {
        var page = new LinkedHashMap<String, Object>();
        page.put("model", model.name());
        return page;
    }

    private Page.Answer quality(Page.Asked asked) {
        Outcomes outcomes = models.apply(model(asked)).outcomes();
        var page = begun(model(asked));
        page.put("remembered", outcomes.remembered());
        var versions = new ArrayList<Map<String, Object>>();
        outcomes.byVersion().forEach((version, quality) -> {
            var each = new LinkedHashMap<String, Object>();
            each.put("version", version);
            each.putAll(quality.page());
            versions.add(each);
        });
        page.put("versions", versions);
        return Page.Answer.json(JsonTree.write(page));
    }

    private Page.Answer report(Page.Asked asked) {
        ModelId id = model(asked);
        Outcomes outcomes = models.apply(id).outcomes();
        List<Truth> truths = truths(JsonTree.read(asked.body()));
        var refused = new ArrayList<Map<String, Object>>();
        for (Truth truth : truths) {
            outcomes.report(id, truth).ifPresent(why -> {
                var each = new LinkedHashMap<String, Object>();
                each.put("id", truth.id());
                each.put("item", truth.item());
                each.put("reason", why);
                refused.add(each);
            });
        }
        var page = begun(id);
        page.put("joined", truths.size() - refused.size());
        page.put("refused", refused);
        boolean isNothing = !refused.isEmpty() && refused.size() == truths.size();
        return Page.Answer.json(isNothing ? 404 : 200, JsonTree.write(page));
    }

    private static List<Truth> truths(Map<?, ?> body) {
        Object outcomes = Optional.<Object>ofNullable(body.get("outcomes")).orElse("nothing");
        if (!(outcomes instanceof List<?> list)) {
            throw invalid("outcomes: %s (expected: a list of {\"id\": …, \"label\": …})", outcomes);
        }
        if (list.size() > TRUTHS_MAX) {
            throw invalid("outcomes: %s (expected: at most " + TRUTHS_MAX + ")", list.size());
        }
        return list.stream().map(GatewayPages::truth).toList();
    }

    private static Truth truth(Object outcome) {
        if (!(outcome instanceof Map<?, ?> members) || !(members.get("id") instanceof String id)) {
            throw invalid("outcome: %s (expected: {\"id\": the request's, \"label\": …})", outcome);
        }
        Object item = Optional.<Object>ofNullable(members.get("item")).orElse(0L);
        Object truth = Optional.<Object>ofNullable(members.get("label"))
                .or(() -> Optional.ofNullable(members.get("value")))
                .orElseThrow(() -> invalid("outcome: %s (expected: with a label, or a value)", outcome));
        if (!(item instanceof Long index) || index < 0 || index > Integer.MAX_VALUE) {
            throw invalid("item: %s (expected: a number from 0 on)", item);
        }
        if (!(truth instanceof String || truth instanceof Long || truth instanceof Double)) {
            throw invalid("label: %s (expected: a text or a number)", truth);
        }
        return new Truth(id, index.intValue(), truth);
    }

    private static OipException invalid(String message, Object value) {
        String shown = String.valueOf(value);
        return new OipException(
                OipError.INVALID,
                message.formatted(shown.length() > SHOWN_MAX ? shown.substring(0, SHOWN_MAX) + "…" : shown));
    }
}

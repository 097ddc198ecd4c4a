package dev.perdure.gateway;

import dev.perdure.oip.ModelId;
import dev.perdure.oip.Page;
import dev.perdure.oip.Right;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What a gateway says over HTTP beside the protocol: how versions take over, and how good they are. */
final class GatewayPages {
    private final Function<ModelId, ServedModel> models;
    private final Siblings siblings;

    /** @param models returns one, or throws an {@link dev.perdure.oip.OipException} */
    GatewayPages(Function<ModelId, ServedModel> models, Siblings siblings) {
        this.models = models;
        this.siblings = siblings;
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
        return OutcomeReport.read(id, asked.body()).answer(models.apply(id).outcomes(), siblings);
    }
}

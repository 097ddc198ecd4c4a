package dev.perdure.gateway;

import dev.perdure.guard.DriftReport;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.Page;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** What guard and drift have to say over HTTP, as JSON. */
final class SafeguardPages {
    private SafeguardPages() {}

    /** Returns the pages of a gateway. */
    static List<Page> of(Gateway gateway) {
        return List.of(
                page("/v2/models/{model}/guard", asked -> guard(gateway.guard(asked))),
                page("/v2/models/{model}/versions/{version}/guard", asked -> guard(gateway.guard(asked))),
                page("/v2/models/{model}/drift", asked -> drift(gateway.drift(asked))),
                page("/v2/models/{model}/versions/{version}/drift", asked -> drift(gateway.drift(asked))));
    }

    private static Page page(String path, Function<ModelId, Map<String, Object>> json) {
        return new Page(
                "GET",
                path,
                asked -> Page.Answer.json(PageJson.text(json.apply(
                        asked.parts().containsKey("version")
                                ? ModelId.of(asked.part("model"), asked.part("version"))
                                : ModelId.of(asked.part("model"))))));
    }

    private static Map<String, Object> guard(GuardReport report) {
        return PageJson.object(
                "name",
                report.model().name(),
                "version",
                report.model().version(),
                "watched",
                report.absence().isEmpty(),
                "why_not",
                report.absence(),
                "items",
                report.items(),
                "changed_requests",
                report.changedRequests(),
                "refused_requests",
                report.refusedRequests(),
                "rejected_items",
                report.rejectedItems(),
                "measured_items",
                report.measuredItems(),
                "findings",
                report.counts().stream()
                        .map(count -> PageJson.object(
                                "feature", count.feature(),
                                "surprise", count.surprise().word(),
                                "action", count.action().name().toLowerCase(Locale.ROOT),
                                "items", count.items()))
                        .toList());
    }

    private static Map<String, Object> drift(DriftLook look) {
        return PageJson.object(
                "name", look.model().name(),
                "version", look.model().version(),
                "watched", look.absence().isEmpty(),
                "why_not", look.absence(),
                "items", look.taken(),
                "items_left_out", look.leftOut(),
                "items_until_next_window", look.lacking(),
                "windows", look.windows(),
                "drifting", look.drifting(),
                "last_window", look.last().map(SafeguardPages::report),
                "last_alarm", look.alarming().map(SafeguardPages::report));
    }

    private static Map<String, Object> report(DriftReport report) {
        return PageJson.object(
                "window",
                report.number(),
                "items",
                report.samples(),
                "alpha",
                report.alpha(),
                "drifted",
                report.drifted(),
                "words",
                report.words(),
                "evidence",
                report.evidence().stream()
                        .map(evidence -> PageJson.object(
                                "feature", evidence.feature(),
                                "test", evidence.test(),
                                "statistic", evidence.statistic(),
                                "p_value", evidence.pValue(),
                                "level", evidence.level(),
                                "alarm", evidence.alarm(),
                                "stability_index", evidence.stability(),
                                "detail", evidence.detail()))
                        .toList());
    }
}

package dev.perdure.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.gateway.Outcomes.Truth;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import dev.perdure.oip.Page;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Outcomes that a client reports, from its JSON to the answer. What nobody here waits for, siblings are asked about. */
record OutcomeReport(ModelId model, List<Truth> truths) {
    private static final Logger LOG = LoggerFactory.getLogger(OutcomeReport.class);
    private static final int TRUTHS_MAX = 10_000;
    private static final int SHOWN_MAX = 80;
    private static final String OUTCOMES = "outcomes";

    /** What was not joined, and why. */
    private record Refused(Truth truth, Outcomes.Refusal why) {
        Map<String, Object> json() {
            var json = new LinkedHashMap<String, Object>();
            json.put("id", truth.id());
            json.put("item", truth.item());
            json.put("reason", why.reason());
            json.put("unknown", why.isUnknown());
            return json;
        }
    }

    /** Which item of which request. */
    private record Place(String id, Object item) {}

    /**
     * Reads a client's report.
     *
     * @throws OipException {@link OipError#INVALID} if it is none
     */
    static OutcomeReport read(ModelId model, MemorySegment body) {
        Object outcomes =
                Optional.<Object>ofNullable(JsonTree.read(body).get(OUTCOMES)).orElse("nothing");
        if (!(outcomes instanceof List<?> list)) {
            throw invalid("outcomes: %s (expected: a list of {\"id\": …, \"label\": …})", outcomes);
        }
        if (list.size() > TRUTHS_MAX) {
            throw invalid("outcomes: %s (expected: at most " + TRUTHS_MAX + ")", list.size());
        }
        return new OutcomeReport(model, list.stream().map(OutcomeReport::truth).toList());
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

    /** Has all of it taken in, here or by a sibling, and returns the answer. */
    Page.Answer answer(Outcomes outcomes, Siblings siblings) {
        List<Refused> refused = here(outcomes);
        if (refused.stream().anyMatch(each -> each.why().isUnknown())) {
            for (Siblings.Sibling sibling : siblings.others()) {
                refused = by(sibling, refused);
            }
        }
        var page = new LinkedHashMap<String, Object>();
        page.put("model", model.name());
        page.put("joined", truths.size() - refused.size());
        page.put("refused", refused.stream().map(Refused::json).toList());
        boolean isNothing = !refused.isEmpty() && refused.size() == truths.size();
        return Page.Answer.json(isNothing ? 404 : 200, JsonTree.write(page));
    }

    private List<Refused> here(Outcomes outcomes) {
        var refused = new ArrayList<Refused>();
        for (Truth truth : truths) {
            outcomes.report(model, truth).ifPresent(why -> refused.add(new Refused(truth, why)));
        }
        return refused;
    }

    /** Returns what is still refused after a sibling was asked; one that does not answer knows nothing. */
    private List<Refused> by(Siblings.Sibling sibling, List<Refused> before) {
        List<Truth> asked = before.stream()
                .filter(each -> each.why().isUnknown())
                .map(Refused::truth)
                .toList();
        if (asked.isEmpty()) {
            return before;
        }
        try {
            Map<Place, Outcomes.Refusal> there = refusals(sibling.report(model, write(asked)));
            Set<Place> places = asked.stream().map(OutcomeReport::place).collect(Collectors.toSet());
            return before.stream()
                    .filter(each -> !places.contains(place(each.truth())) || there.containsKey(place(each.truth())))
                    .map(each -> new Refused(each.truth(), there.getOrDefault(place(each.truth()), each.why())))
                    .toList();
        } catch (IOException | OipException e) {
            LOG.warn("outcomes of {}: another gateway was not asked: {}", model, e.toString());
            return before;
        }
    }

    private static Place place(Truth truth) {
        return new Place(truth.id(), (long) truth.item());
    }

    private static String write(List<Truth> truths) {
        var all = new ArrayList<Map<String, Object>>();
        for (Truth truth : truths) {
            var each = new LinkedHashMap<String, Object>();
            each.put("id", truth.id());
            each.put("item", truth.item());
            each.put("label", truth.truth());
            all.add(each);
        }
        return JsonTree.write(Map.of(OUTCOMES, all));
    }

    private static Map<Place, Outcomes.Refusal> refusals(String answer) {
        var refusals = new LinkedHashMap<Place, Outcomes.Refusal>();
        if (JsonTree.read(MemorySegment.ofArray(answer.getBytes(UTF_8))).get("refused") instanceof List<?> refused) {
            for (Object each : refused) {
                if (each instanceof Map<?, ?> members && members.get("item") instanceof Long item) {
                    refusals.put(
                            new Place(String.valueOf(members.get("id")), item),
                            new Outcomes.Refusal(
                                    String.valueOf(members.get("reason")),
                                    Boolean.TRUE.equals(members.get("unknown"))));
                }
            }
            return refusals;
        }
        throw new OipException(OipError.INTERNAL, "an answer that says nothing of what was refused");
    }
}

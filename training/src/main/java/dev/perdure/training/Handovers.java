package dev.perdure.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.perdure.supervision.Adjustment;
import dev.perdure.supervision.Facts;
import dev.perdure.supervision.Generation;
import dev.perdure.supervision.Outcome;
import dev.perdure.supervision.Share;
import dev.perdure.supervision.Slot;
import dev.perdure.supervision.Targets;
import dev.perdure.supervision.Trusted;
import dev.perdure.supervision.WorkerId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a supervisor leaves to its successor, as text. */
final class Handovers {
    private static final ObjectMapper MAPPER = JsonMapper.builder().build();

    private Handovers() {}

    private record Text(
            Targets targets,
            @Nullable GroupText generation,
            Map<String, Integer> living,
            Map<Integer, Slot> slots,
            @Nullable Long position,
            @Nullable TrustText trusted,
            @Nullable String completed,
            @Nullable String stopped) {}

    private record GroupText(
            long number,
            List<ShareText> shares,
            int source,
            @Nullable Long position,
            @Nullable Long notAfter,
            @Nullable List<AdjustmentText> adjustments,
            String meetingPoint,
            List<String> joiners) {}

    private record AdjustmentText(long step, @Nullable Double rateFactor) {}

    private record TrustText(
            long agreed, long checked, @Nullable Long notAfter) {}

    private record ShareText(String worker, int from, int to) {}

    static String format(Facts facts) {
        var living = new LinkedHashMap<String, Integer>();
        facts.living().forEach((worker, slot) -> living.put(worker.name(), slot));
        var text = new Text(
                facts.targets(),
                facts.generation().map(Handovers::text).orElse(null),
                living,
                facts.slots(),
                orNull(facts.position()),
                new TrustText(
                        facts.trusted().agreed(),
                        facts.trusted().checked(),
                        orNull(facts.trusted().notAfter())),
                facts.outcome().map(Handovers::completed).orElse(null),
                facts.outcome()
                        .filter(o -> completed(o) == null)
                        .map(Outcome::toString)
                        .orElse(null));
        try {
            return MAPPER.writeValueAsString(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("plain records", e);
        }
    }

    private static @Nullable String completed(Outcome outcome) {
        return outcome instanceof Outcome.Completed(String weights) ? weights : null;
    }

    private static GroupText text(Generation generation) {
        return new GroupText(
                generation.number(),
                generation.shares().stream()
                        .map(share -> new ShareText(share.worker().name(), share.from(), share.to()))
                        .toList(),
                generation.source(),
                orNull(generation.position()),
                orNull(generation.notAfter()),
                generation.adjustments().stream().map(Handovers::text).toList(),
                generation.meetingPoint(),
                generation.joiners().stream().map(WorkerId::name).toList());
    }

    private static AdjustmentText text(Adjustment adjustment) {
        return switch (adjustment) {
            case Adjustment.SkipBatch skip -> new AdjustmentText(skip.step(), null);
            case Adjustment.LowerRate lower -> new AdjustmentText(lower.step(), lower.factor());
        };
    }

    private static Adjustment adjustment(AdjustmentText text) {
        return text.rateFactor() == null
                ? new Adjustment.SkipBatch(text.step())
                : new Adjustment.LowerRate(text.step(), text.rateFactor());
    }

    /**
     * Reads what {@link #format} wrote. A run that was stopped or given up may go on: only a completed one is over, until its
     * report is written; who goes on after that has found something to do.
     */
    static Facts parse(String handover, boolean concluded) {
        Text text;
        try {
            text = MAPPER.readValue(handover, Text.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "the registry's handover is of another build: " + e.getOriginalMessage(), e);
        }
        var living = new LinkedHashMap<WorkerId, Integer>();
        text.living().forEach((worker, slot) -> living.put(new WorkerId(worker), slot));
        return new Facts(
                text.targets(),
                Optional.ofNullable(text.generation()).map(Handovers::generation),
                living,
                text.stopped() == null && !concluded ? new TreeMap<>(text.slots()) : Map.of(),
                optional(text.position()),
                trusted(text.trusted()),
                concluded
                        ? Optional.empty()
                        : Optional.ofNullable(text.completed()).map(Outcome.Completed::new));
    }

    private static Generation generation(GroupText text) {
        return new Generation(
                text.number(),
                text.shares().stream()
                        .map(share -> new Share(new WorkerId(share.worker()), share.from(), share.to()))
                        .toList(),
                text.source(),
                optional(text.position()),
                optional(text.notAfter()),
                Objects.requireNonNullElse(text.adjustments(), List.<AdjustmentText>of()).stream()
                        .map(Handovers::adjustment)
                        .toList(),
                text.meetingPoint(),
                text.joiners().stream().map(WorkerId::new).toList());
    }

    private static Trusted trusted(@Nullable TrustText text) {
        return text == null ? Trusted.NOTHING : new Trusted(text.agreed(), text.checked(), optional(text.notAfter()));
    }

    private static OptionalLong optional(@Nullable Long value) {
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }

    private static @Nullable Long orNull(OptionalLong value) {
        return value.isPresent() ? (Long) value.getAsLong() : null;
    }
}

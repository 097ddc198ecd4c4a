package dev.perdure.gateway;

import dev.perdure.core.TensorData;
import dev.perdure.guard.Action;
import dev.perdure.guard.Finding;
import dev.perdure.guard.GuardPolicy;
import dev.perdure.guard.InnerGuard;
import dev.perdure.guard.InputGuard;
import dev.perdure.guard.Judgement;
import dev.perdure.guard.Surprise;
import dev.perdure.model.GuardProfile;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import dev.perdure.oip.Tensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/** Judges what one version is asked, before and after it is computed, and counts what it finds. Safe for use by several threads. */
final class VersionGuard {
    private static final int NAMED_MAX = 8;

    private record Key(String feature, Surprise surprise, Action action) {}

    private final ServedVersion version;
    private final Optional<String> absence;
    private final Optional<InputGuard> guard;
    private final Optional<InnerGuard> inner;
    private final LongAdder items = new LongAdder();
    private final LongAdder measuredItems = new LongAdder();
    private final LongAdder changed = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private final Map<Key, LongAdder> counts = new ConcurrentHashMap<>();

    /** @param policy absent when nothing is to be looked at */
    VersionGuard(ServedVersion version, Optional<GuardPolicy> policy) {
        this.version = version;
        TrainingInputs training = version.training();
        this.absence = policy.isEmpty()
                ? Optional.of("it is switched off")
                : InputGuard.absence(training.profile(), training.preprocessing(), version.signature());
        this.guard = absence.isPresent()
                ? Optional.empty()
                : InputGuard.of(
                        training.profile().orElseThrow(),
                        training.preprocessing().orElseThrow(),
                        version.signature().inputs().getFirst().sample(),
                        policy.orElseThrow());
        this.inner = training.profile()
                .flatMap(GuardProfile::inner)
                .flatMap(layer -> policy.map(how -> new InnerGuard(layer, how)));
    }

    ServedVersion version() {
        return version;
    }

    /**
     * Returns what is to be computed, and what the client is told about it.
     *
     * @param request that fits the version
     * @throws OipException {@link OipError#INVALID} if one of its items is not to be computed: then none is
     */
    Guarded judge(InferRequest request) {
        if (guard.isEmpty()) {
            return new Guarded(request, "");
        }
        Tensor input = request.inputs().getFirst();
        Judgement judgement = guard.get().judge(Rows.data(input));
        items.add(input.shape().size(0));
        judgement.findings().forEach(this::count);
        if (!judgement.accepted()) {
            refused.increment();
            rejected.add(judgement.rejected().cardinality());
            throw new OipException(
                    OipError.INVALID, refusal(input, judgement.rejected(), judgement.findings(), "computed"));
        }
        if (judgement.changed()) {
            changed.increment();
        }
        return new Guarded(judgement.changed() ? with(request, judgement.input()) : request, words(judgement));
    }

    /**
     * Returns what the client is told about a request that was judged and computed.
     *
     * @throws OipException {@link OipError#INVALID} if one of its items is not to be answered: then none is
     */
    Guarded judge(InnerLayer.Measured measured, Guarded guarded) {
        if (inner.isEmpty()) {
            return guarded;
        }
        measuredItems.add(measured.measured().cardinality());
        Optional<InnerGuard.Abnormal> found = inner.get().judge(measured.distances(), measured.measured());
        if (found.isEmpty()) {
            return guarded;
        }
        InnerGuard.Abnormal abnormal = found.get();
        count(abnormal.finding());
        if (abnormal.rejected()) {
            refused.increment();
            rejected.add(abnormal.items().cardinality());
            Tensor input = guarded.request().inputs().getFirst();
            throw new OipException(
                    OipError.INVALID, refusal(input, abnormal.items(), List.of(abnormal.finding()), "answered"));
        }
        String said = guarded.said().isEmpty() ? "" : guarded.said() + "; ";
        return new Guarded(guarded.request(), said + words(abnormal.finding()));
    }

    private void count(Finding finding) {
        counts.computeIfAbsent(new Key(finding.feature(), finding.surprise(), finding.action()), _ -> new LongAdder())
                .add(finding.samples());
    }

    private static InferRequest with(InferRequest request, TensorData input) {
        return new InferRequest(
                request.model(),
                request.id(),
                request.parameters(),
                List.of(Tensor.of(request.inputs().getFirst().name(), input)),
                request.outputs());
    }

    private static String words(Judgement judgement) {
        String said = judgement.findings().stream().map(VersionGuard::words).collect(Collectors.joining("; "));
        return judgement.more() > 0 ? "%s; and %d more".formatted(said, judgement.more()) : said;
    }

    private static String words(Finding finding) {
        return "%s: %s, %s in %d item%s"
                .formatted(
                        finding.feature(),
                        finding.surprise().word().replace('_', ' '),
                        finding.action().words(),
                        finding.samples(),
                        finding.samples() == 1 ? "" : "s");
    }

    private static String refusal(Tensor input, BitSet items, List<Finding> findings, String done) {
        String which = items.stream().limit(NAMED_MAX).mapToObj(String::valueOf).collect(Collectors.joining(", "));
        int count = items.cardinality();
        String why = findings.stream()
                .filter(finding -> finding.action() == Action.REJECT)
                .limit(NAMED_MAX)
                .map(finding -> "%s: %s in item %d (expected: %s)"
                        .formatted(finding.feature(), finding.shown(), finding.sample(), finding.expected()))
                .collect(Collectors.joining("; "));
        return "input %s: %d of %d items are unlike what the model learned from, so none is %s: item %s%s. %s. Mend them, or send the others without them."
                .formatted(
                        input.name(), count, input.shape().size(0), done, which, count > NAMED_MAX ? ", …" : "", why);
    }

    GuardReport report() {
        var all = new ArrayList<GuardReport.Count>();
        counts.forEach((key, count) ->
                all.add(new GuardReport.Count(key.feature(), key.surprise(), key.action(), count.sum())));
        all.sort(Comparator.comparing(GuardReport.Count::feature)
                .thenComparing(GuardReport.Count::surprise)
                .thenComparing(GuardReport.Count::action));
        return new GuardReport(
                version.id(),
                absence,
                items.sum(),
                changed.sum(),
                refused.sum(),
                rejected.sum(),
                measuredItems.sum(),
                all);
    }

    /**
     * A request that was judged.
     *
     * @param request what is to be computed
     * @param said what the client is told; empty when all was as expected
     */
    record Guarded(InferRequest request, String said) {}
}

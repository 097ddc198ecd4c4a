package dev.perdure.gateway;

import dev.perdure.oip.InferRequest;
import dev.perdure.oip.ModelId;
import dev.perdure.routing.ReplicaId;
import dev.perdure.routing.Rollout.Seen;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;

/** Truths that are reported about a model's answers, joined with what was answered, and how good each version is by them. */
final class Outcomes {
    private static final int ANSWERS_MAX = 100_000;
    private static final int ITEMS_MAX = 500_000;
    private static final Duration AGE_MAX = Duration.ofHours(1);

    private final AnswerMemory memory = new AnswerMemory(ANSWERS_MAX, ITEMS_MAX, AGE_MAX, System::nanoTime);
    private final BiConsumer<ReplicaId, Boolean> health;
    private final Map<String, LiveQuality> byVersion = new ConcurrentSkipListMap<>(VersionOrder.NEWEST_FIRST);

    /** @param health told whether a replica's answer was right: once for a request */
    Outcomes(BiConsumer<ReplicaId, Boolean> health) {
        this.health = health;
    }

    /**
     * The truth about one item of a request.
     *
     * @param id the request's
     * @param item from 0
     * @param truth the name or number of a class, or a number
     */
    record Truth(String id, int item, Object truth) {}

    /**
     * Remembers what a client was answered; nothing when it was not by who was asked, or gave no id that could be named later.
     */
    Optional<AnswerMemory.Entry> answered(InferRequest request, Deployment by, ModelDesk.Over over) {
        return over.byAskedItself()
                .filter(_ -> AnswerMemory.takes(request.id()))
                .map(outputs -> memory.remember(
                        request.id(),
                        new AnswerMemory.Given(by, by.reading().all(outputs), Optional.empty()),
                        over.by()));
    }

    LiveQuality of(Deployment deployment) {
        return byVersion.computeIfAbsent(deployment.version(), _ -> new LiveQuality());
    }

    /**
     * Why a truth cannot be used.
     *
     * @param isUnknown because no such answer is remembered here
     */
    record Refusal(String reason, boolean isUnknown) {
        private static Optional<Refusal> of(String reason) {
            return Optional.of(new Refusal(reason, false));
        }
    }

    /** Takes in a truth; returns why not if it cannot be used. */
    Optional<Refusal> report(ModelId model, Truth truth) {
        Optional<AnswerMemory.Entry> found = memory.find(truth.id());
        if (found.isEmpty()) {
            return Optional.of(new Refusal(
                    "no answer of %s with this id is remembered (expected: one of the %s)"
                            .formatted(model, memory.bounds()),
                    true));
        }
        AnswerMemory.Entry entry = found.get();
        Reading reading = entry.given().getFirst().by().reading();
        if (truth.item() < 0 || truth.item() >= entry.items()) {
            return Refusal.of("item: %d (expected: 0 to %d)".formatted(truth.item(), entry.items() - 1));
        }
        boolean isClass = !reading.labels().isEmpty();
        if (isClass ? reading.label(truth.truth()).isEmpty() : !(truth.truth() instanceof Number)) {
            return Refusal.of("truth: '%s' (expected: %s)"
                    .formatted(truth.truth(), isClass ? "one of " + reading.labels() : "a number"));
        }
        if (!entry.isFirst(truth.item())) {
            return Refusal.of("item %d was reported before (expected: each once)".formatted(truth.item()));
        }
        boolean isEvidence = entry.hasOneReport();
        List<AnswerMemory.Given> given = entry.given();
        List<Boolean> areRight =
                given.stream().map(each -> take(each, truth, reading)).toList();
        if (isEvidence) {
            for (int i = 0; i < given.size(); i++) {
                tell(given.get(i), areRight.get(i));
            }
            entry.replica().ifPresent(replica -> health.accept(replica, areRight.getFirst()));
        }
        return Optional.empty();
    }

    /** Counts for how good a version is; returns whether it was right. */
    private boolean take(AnswerMemory.Given given, Truth truth, Reading reading) {
        Prediction prediction = given.items().get(truth.item());
        boolean isRight;
        if (prediction.isClass()) {
            isRight = reading.label(truth.truth()).equals(Optional.of(prediction.label()));
            of(given.by()).ofClass(isRight, prediction.confidence());
        } else {
            double value = ((Number) truth.truth()).doubleValue();
            isRight = reading.isNear(prediction.value(), value);
            of(given.by()).ofNumber(isRight, prediction.value() - value);
        }
        return isRight;
    }

    private static void tell(AnswerMemory.Given given, boolean isRight) {
        given.assigned()
                .ifPresent(
                        assigned -> assigned.run().seen(new Seen.Outcome(assigned.arm(), assigned.route(), isRight)));
    }

    /** Returns how many answers are remembered. */
    int remembered() {
        return memory.size();
    }

    /** Returns how good each version is, the newest first. */
    Map<String, LiveQuality> byVersion() {
        return byVersion;
    }
}

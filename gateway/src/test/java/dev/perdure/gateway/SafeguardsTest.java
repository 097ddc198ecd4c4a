package dev.perdure.gateway;

import static dev.perdure.gateway.Doubling.LONG;
import static dev.perdure.gateway.Doubling.RULE;
import static dev.perdure.gateway.Doubling.ask;
import static dev.perdure.gateway.Doubling.floats;
import static dev.perdure.gateway.Doubling.said;
import static dev.perdure.gateway.Doubling.times;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.perdure.core.Digests;
import dev.perdure.guard.Action;
import dev.perdure.guard.DriftSettings;
import dev.perdure.guard.DriftStanding;
import dev.perdure.guard.GuardPolicies;
import dev.perdure.guard.GuardPolicy;
import dev.perdure.guard.Surprise;
import dev.perdure.oip.Call;
import dev.perdure.oip.InferResponse;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import dev.perdure.oip.Page;
import dev.perdure.recall.MemoryRecall;
import dev.perdure.recall.Question;
import dev.perdure.recall.Recall;
import dev.perdure.recall.RecallLimits;
import dev.perdure.recall.SqliteRecall;
import dev.perdure.routing.Notice;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands around the models: inputs are judged and watched, and who answers when no replica does. */
class SafeguardsTest {
    private static final ServedVersion ONE = Doubling.version("1", 2, '1');

    @AutoClose
    private final Gateways gateways = new Gateways();

    private final List<String> drifts = new CopyOnWriteArrayList<>();
    private final AtomicBoolean isFailing = new AtomicBoolean();
    private final AtomicInteger asked = new AtomicInteger();

    @TempDir
    Path folder;

    /** What is asked fails while it is to, but golden samples never. */
    private FakeHost host() {
        return new FakeHost((replica, request) -> {
            if (!Doubling.isGolden(request)) {
                asked.incrementAndGet();
                if (isFailing.get()) {
                    throw new OipException(OipError.INTERNAL, "it cannot");
                }
            }
            return times(replica.version().equals("1") ? 2 : 3, request);
        });
    }

    private Gateway serve(FakeHost host, Safeguards safeguards, ServedVersion... versions) {
        var listener = new GatewayListener() {
            @Override
            public void told(String model, Notice notice) {}

            @Override
            public void drifts(ModelId model, DriftStanding.Change change) {
                drifts.add(
                        switch (change) {
                            case DriftStanding.Change.Began began ->
                                model + " began " + began.evidence().getFirst().feature();
                            case DriftStanding.Change.Ended _ -> model + " ended";
                        });
            }
        };
        return gateways.serve(host, Gateways.settings(2).with(safeguards), RolloutSettings.usual(), listener, versions);
    }

    private static Recall memory() {
        return new MemoryRecall(RecallLimits.usual(), InstantSource.system());
    }

    private static Safeguards with(GuardPolicy policy) {
        return new Safeguards(
                Optional.of(GuardPolicies.all(policy)), Optional.empty(), Safeguards.USUAL_FALLBACKS, Recall.NOTHING);
    }

    private static String page(Gateway gateway, String path) {
        Page page = gateway.pages().stream()
                .filter(each -> each.path().equals("/v2/models/{model}/" + path))
                .findFirst()
                .orElseThrow();
        MemorySegment body = page.handler()
                .answer(new Page.Asked(
                        Map.of("model", "double"), MemorySegment.ofArray(new byte[0]), Call.within(LONG)))
                .body();
        return new String(body.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    @Test
    void aClippedValueIsAnsweredByTheModelWhichIsSaidAndCounted() {
        Gateway gateway = serve(host(), Safeguards.usual(), ONE);
        InferResponse response = ask(gateway, 5000, 20, 7000);
        assertThat(floats(response.outputs())[0]).isBetween(220f, 220.1f);
        assertThat(floats(response.outputs())[1]).isEqualTo(40);
        assertThat(said(response, "perdure_tier")).isEqualTo("model");
        assertThat(said(response, "perdure_guard")).isEqualTo("x: outside, clipped in 2 items");
        assertThat(ask(gateway, 20).parameters()).doesNotContainKey("perdure_guard");
        assertThat(gateway.guard(Doubling.ID).counts())
                .containsExactly(new GuardReport.Count("x", Surprise.OUTSIDE, Action.CLIP, 2));
        assertThat(page(gateway, "guard"))
                .isEqualTo("{\"name\":\"double\",\"version\":\"1\",\"watched\":true,\"why_not\":null,\"items\":4,"
                        + "\"changed_requests\":1,\"refused_requests\":0,\"rejected_items\":0,\"measured_items\":0,\"findings\":"
                        + "[{\"feature\":\"x\",\"surprise\":\"outside\",\"action\":\"clip\",\"items\":2}]}");
    }

    @Test
    void anItemThatIsNotToBeComputedHasItsRequestRefusedWithItsPlaceValueAndExpectation() {
        Gateway gateway = serve(host(), Safeguards.usual(), ONE);
        assertThatExceptionOfType(OipException.class)
                .isThrownBy(() -> ask(gateway, 10, Float.NaN, 11, Float.NaN))
                .satisfies(why -> assertThat(why.error()).isEqualTo(OipError.INVALID))
                .withMessageContaining("input x: 2 of 4 items")
                .withMessageContaining("item 1, 3.")
                .withMessageContaining("x: missing in item 1 (expected: -10.0 to 110.0)")
                .withMessageContaining("send the others without them");
        assertThat(asked).as("none was computed").hasValue(0);
        GuardReport report = gateway.guard(Doubling.ID);
        assertThat(report.refusedRequests()).isEqualTo(1);
        assertThat(report.rejectedItems()).isEqualTo(2);
        assertThat(floats(ask(gateway, 10, 11).outputs())).containsExactly(20, 22);
    }

    @Test
    void whatIsDoneIsAsThePolicyHasIt() {
        Gateway gateway = serve(
                host(),
                with(GuardPolicy.standard()
                        .with("x", Surprise.OUTSIDE, Action.REJECT)
                        .with("x", Surprise.NEVER_MISSING, Action.IMPUTE)),
                ONE);
        assertThatExceptionOfType(OipException.class)
                .isThrownBy(() -> ask(gateway, 5000))
                .withMessageContaining("x: 5000.0 in item 0 (expected: -10.0 to 110.0)");
        InferResponse imputed = ask(gateway, Float.NaN);
        assertThat(floats(imputed.outputs())).containsExactly(100);
        assertThat(said(imputed, "perdure_guard")).isEqualTo("x: never missing, imputed in 1 item");
    }

    @Test
    void switchedOffNothingIsLookedAt() {
        var off = new Safeguards(Optional.empty(), Optional.empty(), List.of(), Recall.NOTHING);
        Gateway gateway = serve(host(), off, ONE);
        InferResponse response = ask(gateway, 5000);
        assertThat(floats(response.outputs())).containsExactly(10000);
        assertThat(response.parameters()).doesNotContainKey("perdure_guard");
        assertThat(page(gateway, "guard")).contains("\"watched\":false", "\"why_not\":\"it is switched off\"");
        assertThat(page(gateway, "drift")).contains("\"watched\":false", "\"why_not\":\"it is switched off\"");
    }

    /** Windows of fifty are filled by batches of ten, so that all of a window are alike. */
    @Test
    void driftIsToldOnceWithItsEvidenceAndOnceWhenItIsOver() {
        var watching = new Safeguards(
                Optional.empty(), Optional.of(new DriftSettings(50, 1e-6, false, 1)), List.of(), Recall.NOTHING);
        Gateway gateway = serve(host(), watching, ONE);
        var chance = new Random(3);
        fill(gateway, chance, 0, 3);
        assertThat(drifts).isEmpty();
        assertThat(page(gateway, "drift")).contains("\"windows\":3,\"drifting\":[]", "\"last_alarm\":null");
        fill(gateway, chance, 60, 4);
        assertThat(drifts).containsExactly("double/1 began x");
        assertThat(gateway.drift(Doubling.ID).drifting()).containsExactly("x");
        assertThat(page(gateway, "drift"))
                .contains("\"drifting\":[\"x\"]", "\"drifted\":true", "\"test\":\"Kolmogorov-Smirnov\"");
        fill(gateway, chance, 0, 3);
        assertThat(drifts).containsExactly("double/1 began x", "double/1 ended");
        assertThat(page(gateway, "drift")).contains("\"drifting\":[]", "\"last_alarm\":{\"window\":7");
        assertThat(gateway.drift(Doubling.ID).leftOut()).isZero();
    }

    private static void fill(Gateway gateway, Random chance, float shift, int windows) {
        long before = gateway.drift(Doubling.ID).windows();
        for (int i = 0; i < windows * 5; i++) {
            float[] x = new float[10];
            for (int j = 0; j < x.length; j++) {
                x[j] = chance.nextInt(401) / 4f + shift;
            }
            ask(gateway, x);
        }
        await().atMost(LONG).until(() -> gateway.drift(Doubling.ID).windows() == before + windows);
    }

    @Test
    void knownAnswersAreGivenToTheSameInputWhenTheModelFailsAndTheRuleToOthers() {
        Recall recall = memory();
        Gateway gateway = serve(host(), Safeguards.usual().with(recall), ONE);
        ask(gateway, 10, 20, 30);
        await().atMost(LONG).until(() -> recall.counts().kept() == 3);
        isFailing.set(true);
        InferResponse known = ask(gateway, 20);
        assertThat(floats(known.outputs())).containsExactly(40);
        assertThat(said(known, "perdure_tier")).isEqualTo("known-good");
        assertThat(said(known, "perdure_reason"))
                .contains("no replica of double/1 answered; this is what it answered to the same input", " s ago");
        assertThat(known.model()).isEqualTo(ModelId.of("double", "1"));
        InferResponse mixed = ask(gateway, 30, 21, 10);
        assertThat(floats(mixed.outputs())).containsExactly(60, RULE, 20);
        assertThat(said(mixed, "perdure_tier")).isEqualTo("rule");
        assertThat(said(mixed, "perdure_tiers")).isEqualTo("known-good,rule,known-good");
        isFailing.set(false);
        assertThat(said(ask(gateway, 20), "perdure_tier")).isEqualTo("model");
    }

    @Test
    void anAnswerToAClippedInputIsKnownByWhatWasComputed() {
        Recall recall = memory();
        Gateway gateway = serve(host(), Safeguards.usual().with(recall), ONE);
        float answer = floats(ask(gateway, 5000).outputs())[0];
        await().atMost(LONG).until(() -> recall.counts().kept() == 1);
        isFailing.set(true);
        InferResponse known = ask(gateway, 6000);
        assertThat(floats(known.outputs())).containsExactly(answer);
        assertThat(said(known, "perdure_tier")).isEqualTo("known-good");
        assertThat(said(known, "perdure_guard")).isEqualTo("x: outside, clipped in 1 item");
    }

    @Test
    void theOrderOfThoseWhoAnswerInsteadIsAsSaid() {
        Recall recall = memory();
        var ruleFirst = new Safeguards(
                Optional.empty(),
                Optional.empty(),
                List.of(AnswerTier.RULE, AnswerTier.KNOWN_GOOD, AnswerTier.PREVIOUS),
                recall);
        Gateway gateway = serve(host(), ruleFirst, Doubling.version("2", 3, '2'), ONE);
        ask(gateway, 20);
        await().atMost(LONG).until(() -> recall.counts().kept() == 1);
        isFailing.set(true);
        assertThat(said(ask(gateway, 20), "perdure_tier")).isEqualTo("rule");
    }

    @Test
    void withoutAnybodyInsteadARequestFailsAsTheModelDid() {
        var none = new Safeguards(Optional.empty(), Optional.empty(), List.of(), memory());
        Gateway gateway = serve(host(), none, ONE);
        isFailing.set(true);
        assertThatExceptionOfType(OipException.class)
                .isThrownBy(() -> ask(gateway, 20))
                .satisfies(why -> assertThat(why.error()).isEqualTo(OipError.INTERNAL));
    }

    @Test
    void whatAReplicaAnsweredThatIsFoundWrongIsNeverKnown() {
        var isWrong = new AtomicBoolean();
        var hasBeenWrong = new AtomicBoolean();
        var isReplaced = new AtomicBoolean();
        var host = new FakeHost((replica, request) -> {
            boolean isGolden = Doubling.isGolden(request);
            if (!isGolden && isFailing.get()) {
                throw new OipException(OipError.INTERNAL, "it cannot");
            }
            isReplaced.compareAndSet(false, replica.number() > 2);
            // golden samples, which it gets often while it is new, find it when somebody was answered wrongly
            if (replica.number() == 1 && isWrong.get() && (!isGolden || hasBeenWrong.get())) {
                hasBeenWrong.set(true);
                return times(5, request);
            }
            return times(2, request);
        });
        Recall recall = memory();
        var unguarded = new Safeguards(Optional.empty(), Optional.empty(), Safeguards.USUAL_FALLBACKS, recall);
        Gateway gateway = serve(host, unguarded, ONE);
        isWrong.set(true);
        var wrong = new ArrayList<Float>();
        var right = new ArrayList<Float>();
        for (float x = 100; !isReplaced.get(); x++) {
            (floats(ask(gateway, x).outputs())[0] == 2 * x ? right : wrong).add(x);
        }
        assertThat(wrong).as("some left before it was found").isNotEmpty();
        float last = 99;
        ask(gateway, last);
        await().atMost(LONG).until(() -> recall.find(question(last)).isPresent());
        isFailing.set(true);
        for (float x : wrong) {
            assertThat(floats(ask(gateway, x).outputs())[0]).as("%s", x).isNotEqualTo(5 * x);
        }
        assertThat(floats(ask(gateway, last).outputs())).containsExactly(2 * last);
    }

    private static Question question(float x) {
        MessageDigest digest = Digests.sha256();
        digest.update(ByteBuffer.allocate(Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(x)
                .array());
        return new Question(ONE.digest(), Digests.hex(digest));
    }

    @Test
    void knownAnswersOutliveTheGatewayButNotAChangedBundle() throws Exception {
        var told = new CopyOnWriteArrayList<String>();
        Path file = folder.resolve("known-good.db");
        Recall recall = sqlite(file, told);
        ask(serve(host(), Safeguards.usual().with(recall), ONE), 20);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(recall.counts().written())
                        .as("%s, %s", recall.counts(), told)
                        .isPositive());
        gateways.close();
        isFailing.set(true);
        assertThat(floats(ask(again(file, told, ONE), 20).outputs())).containsExactly(40);
        gateways.close();
        Gateway changed = again(file, told, Doubling.version("1", 2, 'c'));
        assertThat(floats(ask(changed, 20).outputs())).containsExactly(RULE);
        assertThat(told).isEmpty();
    }

    private Gateway again(Path file, List<String> told, ServedVersion version) {
        Recall recall = sqlite(file, told);
        await().atMost(LONG)
                .untilAsserted(
                        () -> assertThat(recall.counts().kept()).as("%s", told).isEqualTo(1));
        return serve(host(), Safeguards.usual().with(recall), version);
    }

    private Recall sqlite(Path file, List<String> told) {
        return gateways.add(
                new SqliteRecall(file, RecallLimits.usual(), InstantSource.system(), SqliteRecall.AGAIN, told::add));
    }
}

package dev.perdure.gateway;

import static dev.perdure.gateway.Doubling.LONG;
import static dev.perdure.gateway.Doubling.ask;
import static dev.perdure.gateway.Doubling.floats;
import static dev.perdure.gateway.Doubling.said;
import static dev.perdure.gateway.Doubling.times;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.perdure.core.Shape;
import dev.perdure.guard.Action;
import dev.perdure.guard.DriftReport.Evidence;
import dev.perdure.guard.DriftSettings;
import dev.perdure.guard.GuardPolicies;
import dev.perdure.guard.GuardPolicy;
import dev.perdure.guard.Surprise;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.InferResponse;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import dev.perdure.oip.Parameter;
import dev.perdure.oip.Tensor;
import dev.perdure.recall.Recall;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What replicas measure in an inner layer is judged and watched, and clients see only what is found. */
class InnerLayerTest {
    private static final ServedVersion PLAIN = Doubling.version("1", 2, '1');
    private static final ServedVersion ONE = Doubling.withInner(PLAIN);

    @AutoClose
    private final Gateways gateways = new Gateways();

    private final ConcurrentLinkedQueue<InferRequest> asked = new ConcurrentLinkedQueue<>();

    private FakeHost host() {
        return new FakeHost((_, request) -> {
            if (!Doubling.isGolden(request)) {
                asked.add(request);
            }
            return Doubling.withInner(times(2, request), request);
        });
    }

    private Gateway serve(FakeHost host, Safeguards safeguards, ServedVersion version) {
        return gateways.serve(host, Gateways.settings(2).with(safeguards), version);
    }

    private static Safeguards with(GuardPolicy policy) {
        return new Safeguards(
                Optional.of(GuardPolicies.all(policy)), Optional.empty(), Safeguards.USUAL_FALLBACKS, Recall.NOTHING);
    }

    @Test
    void anAbnormalItemIsAnsweredWhichIsSaidAndCountedAndItsDistanceStaysInside() {
        Gateway gateway = serve(host(), with(GuardPolicy.standard()), ONE);
        InferResponse response = ask(gateway, 10, 70, 80);
        assertThat(floats(response.outputs())).containsExactly(20, 140, 160);
        assertThat(response.outputs()).extracting(Tensor::name).containsExactly("y");
        assertThat(said(response, "perdure_guard")).isEqualTo("inner layer fc: abnormal, let pass in 2 items");
        assertThat(ask(gateway, 10, 50).parameters()).doesNotContainKey("perdure_guard");
        assertThat(said(ask(gateway, 10, 200), "perdure_guard"))
                .isEqualTo("x: outside, clipped in 1 item; inner layer fc: abnormal, let pass in 1 item");
        GuardReport report = gateway.guard(Doubling.ID);
        assertThat(report.counts())
                .contains(new GuardReport.Count("inner layer fc", Surprise.ABNORMAL, Action.PASS, 3));
        assertThat(report.measuredItems()).isEqualTo(7);
    }

    @Test
    void aPolicyThatRejectsAbnormalItemsRefusesTheRequestAndNamesThem() {
        Gateway gateway = serve(host(), with(GuardPolicy.standard().with(Surprise.ABNORMAL, Action.REJECT)), ONE);
        assertThatExceptionOfType(OipException.class)
                .isThrownBy(() -> ask(gateway, 70, 10, 80))
                .satisfies(why -> assertThat(why.error()).isEqualTo(OipError.INVALID))
                .withMessageContaining("input x: 2 of 3 items")
                .withMessageContaining("none is answered: item 0, 2. inner layer fc: a distance of 70.00 in item 0")
                .withMessageContaining("at most 50.00");
        assertThat(floats(ask(gateway, 10, 20).outputs())).containsExactly(20, 40);
        GuardReport report = gateway.guard(Doubling.ID);
        assertThat(report.refusedRequests()).isEqualTo(1);
        assertThat(report.rejectedItems()).isEqualTo(2);
    }

    @Test
    void replicasAreNotAskedForALayerThatTheBundleDoesNotHave() {
        Gateway gateway = serve(host(), Safeguards.usual(), PLAIN);
        for (int i = 0; i < 40; i++) {
            ask(gateway, 10);
        }
        assertThat(asked)
                .hasSizeGreaterThanOrEqualTo(40)
                .allSatisfy(request -> assertThat(request.parameters()).isEmpty());
    }

    @Test
    void nobodyLooksWhenGuardAndDriftAreOff() {
        Gateway gateway = serve(
                host(),
                new Safeguards(Optional.empty(), Optional.empty(), Safeguards.USUAL_FALLBACKS, Recall.NOTHING),
                ONE);
        assertThat(ask(gateway, 70).parameters()).doesNotContainKey("perdure_guard");
        assertThat(asked)
                .isNotEmpty()
                .allSatisfy(request -> assertThat(request.parameters()).isEmpty());
    }

    @Test
    void aboutAQuarterOfRequestsAskForTheLayersNumbersAndTheOthersForDistancesOnly() {
        Gateway gateway = serve(host(), Safeguards.usual(), ONE);
        for (int i = 0; i < 400; i++) {
            ask(gateway, 4 + i % 40);
        }
        var all = new AtomicInteger();
        assertThat(asked).hasSizeGreaterThanOrEqualTo(400).allSatisfy(request -> {
            assertThat(request.parameters().get("perdure_inner")).isInstanceOf(Parameter.Truth.class);
            all.addAndGet(Parameter.of(true).equals(request.parameters().get("perdure_inner")) ? 1 : 0);
        });
        assertThat((double) all.get() / asked.size()).isBetween(0.17, 0.33);
    }

    private static List<Evidence> ofLayer(DriftLook look) {
        return look.last().orElseThrow().evidence().stream()
                .filter(evidence -> evidence.feature().equals("inner layer fc"))
                .toList();
    }

    /** Inputs come in batches of one, so that what the layer gave of them is a sample of all. */
    private static void askMany(Gateway gateway, int requests, double from, double to, Random chance) {
        for (int i = 0; i < requests; i++) {
            ask(gateway, (float) (from + chance.nextDouble() * (to - from)));
        }
    }

    @Test
    void driftOfTheLayerIsWatchedOffTheRequestPath() {
        var drift = new DriftSettings(500, 0.001, false, 1);
        Gateway gateway = serve(
                host(),
                new Safeguards(
                        Optional.of(GuardPolicies.all(GuardPolicy.standard())),
                        Optional.of(drift),
                        Safeguards.USUAL_FALLBACKS,
                        Recall.NOTHING),
                ONE);
        var chance = new Random(3);
        askMany(gateway, 1000, 0, 39.8, chance);
        await().atMost(LONG).until(() -> gateway.drift(Doubling.ID).windows() >= 2);
        assertThat(ofLayer(gateway.drift(Doubling.ID)))
                .singleElement()
                .satisfies(evidence ->
                        assertThat(evidence.alarm()).as(evidence.words()).isFalse());
        long before = gateway.drift(Doubling.ID).windows();
        askMany(gateway, 1000, 36, 44, chance);
        await().atMost(LONG).until(() -> gateway.drift(Doubling.ID).windows() >= before + 2);
        assertThat(gateway.drift(Doubling.ID).drifting()).contains("inner layer fc");
    }

    @Test
    void replicasThatDoNotGiveTheLayerServeAsWell() {
        Gateway gateway = serve(new FakeHost((_, request) -> times(2, request)), Safeguards.usual(), ONE);
        InferResponse response = ask(gateway, 70);
        assertThat(floats(response.outputs())).containsExactly(140);
        assertThat(response.parameters()).doesNotContainKey("perdure_guard");
        assertThat(gateway.guard(Doubling.ID).measuredItems()).isZero();
    }

    @Test
    void whatIsNoDistanceIsNotTakenForOne() {
        Gateway gateway = serve(
                new FakeHost((_, request) -> List.of(
                        times(2, request).getFirst(), Tensor.of("perdure_inner", Shape.of(1, 7), new float[7]))),
                Safeguards.usual(),
                ONE);
        assertThat(floats(ask(gateway, 70).outputs())).containsExactly(140);
        assertThat(gateway.guard(Doubling.ID).measuredItems()).isZero();
    }
}

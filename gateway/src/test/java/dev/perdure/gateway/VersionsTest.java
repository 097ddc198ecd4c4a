package dev.perdure.gateway;

import static dev.perdure.gateway.Scaled.LONG;
import static dev.perdure.gateway.Scaled.MODEL;
import static dev.perdure.gateway.Scaled.ask;
import static dev.perdure.gateway.Scaled.times;
import static dev.perdure.gateway.Scaled.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.perdure.gateway.RolloutSettings.Manner;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.InferResponse;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import dev.perdure.oip.RepositoryEntry;
import dev.perdure.oip.Tensor;
import dev.perdure.routing.ReplicaId;
import dev.perdure.routing.Rollout;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Versions come, go and take over while requests are asked, and no client sees more of it than who answered. */
@Timeout(120)
class VersionsTest {
    /** What each version computes, by version. */
    private final Map<String, Float> factors = new ConcurrentHashMap<>(Map.of("1", 2f, "2", 2.01f, "3", -2f));

    @AutoClose
    private final Gateways gateways = new Gateways();

    private final List<RolloutReport> told = new CopyOnWriteArrayList<>();
    private final AtomicInteger asked = new AtomicInteger();

    private static String versionOf(ReplicaId replica) {
        return replica.version().replaceAll("#.*", "");
    }

    private List<Tensor> answer(ReplicaId replica, InferRequest request) {
        return times(factors.getOrDefault(versionOf(replica), 0f), request);
    }

    private Gateway serve(ReplicaHost host, RolloutSettings rollouts, ServedVersion... versions) {
        var listener = new GatewayListener() {
            @Override
            public void told(String model, dev.perdure.routing.Notice notice) {
                // only rollouts are looked at here
            }

            @Override
            public void rollout(RolloutReport report) {
                told.add(report);
            }
        };
        return gateways.serve(host, Gateways.settings(2), rollouts, listener, versions);
    }

    private FakeHost host(FakeHost.Model model) {
        return gateways.add(new FakeHost(model));
    }

    /** Asks without end, by several at once, and keeps what was wrong. */
    private List<String> askOn(Gateway gateway, AtomicBoolean isOver) {
        var wrong = new CopyOnWriteArrayList<String>();
        for (int thread = 0; thread < 4; thread++) {
            int number = thread;
            Thread.ofVirtual().start(() -> {
                for (int i = 0; !isOver.get(); i++) {
                    float x = 1 + (i * 7 + number) % 50;
                    try {
                        judge(ask(gateway, MODEL, "", x), x).forEach(wrong::add);
                    } catch (OipException e) {
                        wrong.add(e.error() + ": " + e.getMessage());
                    }
                    asked.incrementAndGet();
                }
            });
        }
        AutoCloseable ends = () -> isOver.set(true);
        gateways.add(ends);
        return wrong;
    }

    private List<String> judge(InferResponse response, float x) {
        String version = response.model().version().orElse("none");
        float expected = factors.getOrDefault(version, 0f) * x;
        float given = Scaled.values(response.outputs())[0];
        return given == expected
                ? List.of()
                : List.of("version %s: %s (expected: %s)".formatted(version, given, expected));
    }

    private void awaitDecided(String phase) {
        await().atMost(LONG)
                .until(() -> told.stream().anyMatch(report -> report.phase().equals(phase)));
    }

    private static List<String> served(Gateway gateway) {
        return gateway.metadata(MODEL).versions();
    }

    @Test
    void versionsComeAndGoUnderLoadAndNoRequestFails() {
        Gateway gateway = serve(host(this::answer), Scaled.rollouts(), version("1", 2));
        var isOver = new AtomicBoolean();
        List<String> wrong = askOn(gateway, isOver);
        gateway.serve(version("2", 2.01f), Manner.AT_ONCE);
        awaitDecided("promoted");
        gateway.retire(ModelId.of("scaled", "1"));
        await().atMost(LONG).until(() -> ask(gateway, MODEL, "", 1).model().equals(ModelId.of("scaled", "2")));
        assertThat(served(gateway)).containsExactly("2");
        gateway.serve(version("1", 2), Manner.AT_ONCE);
        await().atMost(LONG).until(() -> gateway.ready(ModelId.of("scaled", "1")));
        gateway.retire(ModelId.of("scaled", "2"));
        await().atMost(LONG).until(() -> ask(gateway, MODEL, "", 1).model().equals(ModelId.of("scaled", "1")));
        int before = asked.get();
        await().atMost(LONG).until(() -> asked.get() > before + 100);
        isOver.set(true);
        assertThat(wrong).isEmpty();
    }

    /** Nobody asks anything, so nothing on trial would ever get on. */
    @Test
    void whatIsOnTrialOrWaitsForOneTakesOverWhenItIsToAtOnce() throws Exception {
        var mayStart = new CountDownLatch(1);
        var fake = host(this::answer);
        ReplicaHost host = (replica, served, listener) -> {
            if (!served.version().equals("1")) {
                awaitUninterrupted(mayStart);
            }
            return fake.start(replica, served, listener);
        };
        Gateway gateway = serve(host, Scaled.rollouts(), version("1", 2));
        gateway.serve(version("2", 2.01f));
        gateway.serve(version("3", -2));
        gateway.serve(version("3", -2), Manner.AT_ONCE);
        gateway.serve(version("2", 2.01f), Manner.AT_ONCE);
        mayStart.countDown();
        await().atMost(LONG)
                .until(() -> told.stream()
                                .filter(report -> report.phase().equals("promoted"))
                                .count()
                        == 2);
        await().atMost(LONG).until(() -> ask(gateway, MODEL, "", 1).model().equals(ModelId.of("scaled", "3")));
        assertThat(told.stream().map(RolloutReport::phase)).doesNotContain("shadow", "canary");
        assertThat(served(gateway)).containsExactly("3", "2", "1");
    }

    private static void awaitUninterrupted(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void aNewerVersionIsPromotedThroughItsSharesAndTheOlderOneStays() {
        Gateway gateway = serve(host(this::answer), Scaled.rollouts(), version("1", 2));
        var isOver = new AtomicBoolean();
        List<String> wrong = askOn(gateway, isOver);
        gateway.serve(version("2", 2.01f));
        awaitDecided("promoted");
        await().atMost(LONG).until(() -> ask(gateway, MODEL, "", 1).model().equals(ModelId.of("scaled", "2")));
        isOver.set(true);
        assertThat(wrong).isEmpty();
        assertThat(told.stream().map(RolloutReport::phase).distinct())
                .containsExactly("loading", "shadow", "canary", "promoted");
        assertThat(told.stream().map(RolloutReport::share).distinct()).containsExactly(0.0, 0.2, 0.5, 1.0);
        assertThat(ask(gateway, ModelId.of("scaled", "1"), "", 3).model()).isEqualTo(ModelId.of("scaled", "1"));
        assertThat(told.getLast().rollout().orElseThrow().tests()).containsKeys("disagreement");
    }

    @Test
    void aVersionThatAnswersDifferentlyIsRolledBackBeforeAnyClientSeesIt() {
        var computed = new AtomicInteger();
        Gateway gateway = serve(
                host((replica, request) -> {
                    computed.addAndGet(
                            versionOf(replica).equals("3")
                                            && request.inputs()
                                                            .getFirst()
                                                            .shape()
                                                            .size(0)
                                                    == 1
                                    ? 1
                                    : 0);
                    return answer(replica, request);
                }),
                Scaled.rollouts(),
                version("1", 2));
        var isOver = new AtomicBoolean();
        var answeredBy = ConcurrentHashMap.<String>newKeySet();
        List<String> wrong = askOn(gateway, isOver);
        gateway.serve(version("3", -2));
        await().atMost(LONG).until(() -> {
            answeredBy.add(ask(gateway, MODEL, "", 5).model().version().orElse(""));
            return told.stream().anyMatch(report -> report.phase().equals("rolled back"));
        });
        isOver.set(true);
        assertThat(wrong).isEmpty();
        assertThat(answeredBy).containsExactly("1");
        RolloutReport last = told.getLast();
        assertThat(last.reason().orElse("")).contains("disagreement");
        assertThat(last.isByRequest()).isFalse();
        assertThat(computed.get()).as("copies and answers of the bad version").isLessThanOrEqualTo(200);
        await().atMost(LONG).untilAsserted(() -> assertThat(served(gateway)).containsExactly("1"));
    }

    @Test
    void whatACanaryFailsOnIsAnsweredByTheStableVersionUntilItIsRolledBack() {
        Gateway gateway = serve(
                host((replica, request) -> {
                    boolean isCanary =
                            told.stream().anyMatch(report -> report.phase().equals("canary"));
                    if (versionOf(replica).equals("2") && isCanary) {
                        throw new OipException(OipError.INTERNAL, "it cannot");
                    }
                    return answer(replica, request);
                }),
                Scaled.rollouts(),
                version("1", 2));
        var isOver = new AtomicBoolean();
        List<String> wrong = askOn(gateway, isOver);
        gateway.serve(version("2", 2.01f));
        awaitDecided("rolled back");
        isOver.set(true);
        assertThat(told.getLast().reason().orElse("")).contains("errors");
        assertThat(wrong).isEmpty();
    }

    @Test
    void aVersionWhoseReplicasEndOnEveryInputQuarantinesNothing() {
        var host = host((replica, request) -> {
            if (versionOf(replica).equals("2")
                    && request.inputs().getFirst().shape().size(0) == 1) {
                throw new FakeHost.Death();
            }
            return answer(replica, request);
        });
        Rollout.Options early =
                new Rollout.Options(1, 0, List.of(0.5), 1000, Duration.ZERO, 0, 0.01, 0.02, 100, 1.25, 0);
        RolloutSettings usual = Scaled.rollouts();
        var impatient = new RolloutSettings(
                usual.manner(), early, usual.apart(), usual.paceFrom(), usual.warmUp(), LONG, Duration.ofSeconds(1));
        Gateway gateway = serve(host, impatient, version("1", 2));
        var isOver = new AtomicBoolean();
        List<String> wrong = askOn(gateway, isOver);
        gateway.serve(version("2", 2.01f));
        awaitDecided("rolled back");
        isOver.set(true);
        assertThat(host.deaths()).isPositive();
        assertThat(wrong).isEmpty();
    }

    @Test
    void whoeverNamesAVersionGetsItWhateverIsOnTrial() {
        Gateway gateway = serve(host(this::answer), Scaled.rollouts(), version("1", 2));
        gateway.serve(version("2", 2.01f));
        ModelId two = ModelId.of("scaled", "2");
        await().atMost(LONG).until(() -> gateway.ready(two));
        for (int i = 0; i < 10; i++) {
            assertThat(ask(gateway, two, "", 4).model()).isEqualTo(two);
            assertThat(ask(gateway, ModelId.of("scaled", "1"), "", 4).model()).isEqualTo(ModelId.of("scaled", "1"));
        }
        assertThat(told.stream().map(RolloutReport::phase)).doesNotContain("canary");
    }

    @Test
    void aChangedBundleOfTheSameVersionTakesOverAndNoRequestFails() {
        Gateway gateway = serve(host(this::answer), Scaled.rollouts(), version("1", 2));
        var isOver = new AtomicBoolean();
        List<String> wrong = askOn(gateway, isOver);
        gateway.serve(Scaled.changed(version("1", 2)), Manner.AT_ONCE);
        awaitDecided("promoted");
        int before = asked.get();
        await().atMost(LONG).until(() -> asked.get() > before + 50);
        isOver.set(true);
        assertThat(wrong).isEmpty();
        assertThat(served(gateway)).containsExactly("1");
    }

    @Test
    void aModelMayComeLaterAndBeUnloadedWholeWhileOthersAreReady() throws Exception {
        var isSlow = new CountDownLatch(1);
        var fake = host(this::answer);
        ReplicaHost host = (replica, served, isUrgent, listener) -> {
            if (served.id().name().equals("later")) {
                awaitUninterrupted(isSlow);
            }
            return fake.start(replica, served, isUrgent, listener);
        };
        Gateway gateway = serve(host, Scaled.rollouts(), version("1", 2));
        gateway.serve(version("later", "1", 2, "x"));
        assertThat(gateway.index(false))
                .contains(new RepositoryEntry(
                        "later", "1", RepositoryEntry.State.LOADING, "no replica of it has answered yet"));
        assertThat(gateway.ready()).isTrue();
        isSlow.countDown();
        ModelId later = ModelId.of("later");
        await().atMost(LONG).until(() -> gateway.ready(later));
        assertThat(Scaled.values(ask(gateway, later, "", 3).outputs())).containsExactly(6);
        gateway.retire(later);
        assertThatExceptionOfType(OipException.class)
                .isThrownBy(() -> ask(gateway, later, "", 3))
                .satisfies(why -> assertThat(why.error()).isEqualTo(OipError.NOT_FOUND));
        assertThat(gateway.ready()).isTrue();
        assertThat(Scaled.values(ask(gateway, MODEL, "", 3).outputs())).containsExactly(6);
    }

    @Test
    void whatIsUnderWayIsAnsweredWhenItsVersionIsUnloaded() throws Exception {
        var isHeld = new CountDownLatch(1);
        var isTaken = new CountDownLatch(1);
        Gateway gateway = serve(
                host((replica, request) -> {
                    if (Scaled.values(request.inputs())[0] == 99) {
                        isTaken.countDown();
                        isHeld.await();
                    }
                    return answer(replica, request);
                }),
                Scaled.rollouts(),
                version("1", 2));
        var answer = new CopyOnWriteArrayList<Float>();
        Thread asking = Thread.ofVirtual()
                .start(() ->
                        answer.add(Scaled.values(ask(gateway, MODEL, "", 99).outputs())[0]));
        isTaken.await();
        gateway.retire(MODEL);
        isHeld.countDown();
        asking.join(LONG);
        assertThat(answer).containsExactly(198f);
    }

    @Test
    void aNewerVersionThatTakesOtherInputsIsThereOnlyForThoseWhoNameIt() {
        Gateway gateway = serve(host(this::answer), Scaled.rollouts(), version("1", 2));
        gateway.serve(version("scaled", "2", 2.01f, "z"));
        await().atMost(LONG).until(() -> gateway.ready(ModelId.of("scaled", "2")));
        assertThat(ask(gateway, MODEL, "", 3).model()).isEqualTo(ModelId.of("scaled", "1"));
        assertThat(told).isEmpty();
        gateway.retire(ModelId.of("scaled", "1"));
        assertThat(gateway.metadata(MODEL).inputs().getFirst().name()).isEqualTo("z");
    }
}

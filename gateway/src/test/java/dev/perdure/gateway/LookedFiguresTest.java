package dev.perdure.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.perdure.guard.DriftReport;
import dev.perdure.guard.DriftSettings;
import dev.perdure.guard.GuardPolicies;
import dev.perdure.guard.GuardPolicy;
import dev.perdure.oip.Call;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipException;
import dev.perdure.oip.Page;
import dev.perdure.oip.Right;
import dev.perdure.recall.MemoryRecall;
import dev.perdure.recall.Recall;
import dev.perdure.recall.RecallLimits;
import dev.perdure.routing.Rollout;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Figures say what pages say, have few labels, and go when what they are of goes. */
@Timeout(120)
class LookedFiguresTest {
    @AutoClose
    private final Gateways gateways = new Gateways();

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Recall recall = new MemoryRecall(RecallLimits.usual(), InstantSource.system());

    private Gateway serve(FakeHost.Model model, Safeguards safeguards, RolloutSettings rollouts, ServedVersion first) {
        return gateways.serve(
                new FakeHost(model),
                Gateways.settings(1).with(safeguards),
                rollouts,
                new GatewayMetrics(registry),
                first);
    }

    private static boolean has(Meter meter, String... tags) {
        for (int i = 0; i < tags.length; i += 2) {
            if (!meter.getId().getTags().contains(Tag.of(tags[i], tags[i + 1]))) {
                return false;
            }
        }
        return true;
    }

    private List<Double> values(String name, String... tags) {
        return registry.getMeters().stream()
                .filter(meter -> meter.getId().getName().equals(name))
                .filter(meter -> has(meter, tags))
                .map(meter -> meter.measure().iterator().next().getValue())
                .toList();
    }

    private double only(String name, String... tags) {
        assertThat(values(name, tags)).as(name).hasSize(1);
        return values(name, tags).getFirst();
    }

    private double sum(String name, String... tags) {
        return values(name, tags).stream().mapToDouble(Double::doubleValue).sum();
    }

    private long series() {
        return registry.getMeters().stream()
                .filter(meter -> meter.getId().getName().matches("perdure\\.(guard|drift|known).*"))
                .count();
    }

    private static void fill(Gateway gateway, Random chance, float shift, int windows) {
        long before = gateway.drift(Doubling.ID).windows();
        for (int i = 0; i < windows * 5; i++) {
            float[] x = new float[10];
            for (int j = 0; j < x.length; j++) {
                x[j] = chance.nextInt(401) / 4f + shift;
            }
            Doubling.ask(gateway, x);
        }
        await().atMost(Doubling.LONG).until(() -> gateway.drift(Doubling.ID).windows() == before + windows);
    }

    @Test
    void guardDriftAndKnownAnswersAreFigures() {
        var safeguards = new Safeguards(
                Optional.of(GuardPolicies.all(GuardPolicy.standard())),
                Optional.of(new DriftSettings(50, 1e-6, false, 1)),
                Safeguards.USUAL_FALLBACKS,
                recall);
        Gateway gateway = serve(
                (_, request) -> Doubling.times(2, request),
                safeguards,
                RolloutSettings.usual(),
                Doubling.version("1", 2, '1'));
        var figures = new LookedFigures(gateway, recall, registry);
        figures.look();
        assertThat(only("perdure.guard.findings", "surprise", "outside", "action", "clip"))
                .as("there from the begin")
                .isZero();
        long series = series();
        assertThat(values("perdure.drift.lowest.p.value"))
                .as("nothing is known yet")
                .isEmpty();
        Doubling.ask(gateway, 5000, 20, 7000);
        assertThatExceptionOfType(OipException.class).isThrownBy(() -> Doubling.ask(gateway, 10, Float.NaN));
        fill(gateway, new Random(3), 0, 1);
        Instant before = Instant.now();
        fill(gateway, new Random(4), 60, 2);
        await().atMost(Doubling.LONG).until(() -> recall.counts().kept() > 0);
        figures.look();
        assertThat(only("perdure.guard.watched", "model", "double", "version", "1"))
                .isEqualTo(1);
        assertThat(only("perdure.guard.findings", "surprise", "outside", "action", "clip"))
                .isGreaterThanOrEqualTo(2);
        assertThat(only("perdure.guard.items"))
                .isEqualTo((double) gateway.guard(Doubling.ID).items());
        assertThat(only("perdure.guard.requests", "result", "refused")).isEqualTo(1);
        assertThat(only("perdure.guard.requests", "result", "changed"))
                .isEqualTo((double) gateway.guard(Doubling.ID).changedRequests());
        assertThat(only("perdure.guard.rejected.items")).isEqualTo(1);
        assertThat(sum("perdure.drift.items")).isEqualTo(155);
        assertThat(only("perdure.drift.windows")).isEqualTo(3);
        assertThat(only("perdure.drift.alarms")).isBetween(1.0, 2.0);
        assertThat(only("perdure.drift.features")).isEqualTo(1);
        assertThat(only("perdure.drift.lowest.p.value")).isLessThan(1e-6);
        assertThat(values("perdure.drift.p.value", "feature", "x")).isNotEmpty();
        assertThat(only("perdure.drift.statistic", "feature", "x", "test", "Kolmogorov-Smirnov"))
                .isGreaterThan(0.3);
        assertThat(only("perdure.drift.last.window.timestamp.seconds"))
                .isBetween(before.toEpochMilli() / 1e3, Instant.now().toEpochMilli() / 1e3);
        assertThat(only("perdure.known.answers"))
                .isEqualTo((double) recall.counts().kept());
        assertThat(only("perdure.known.answers.bytes")).isPositive();
        recall.forgetModel(Doubling.version("1", 2, '1').digest());
        figures.look();
        assertThat(only("perdure.known.answers.forgotten")).isPositive();
        assertThat(series() - series).as("what comes with traffic").isLessThan(20);
        gateway.retire(Doubling.ID);
        figures.look();
        assertThat(registry.getMeters())
                .as("of a model that is not served")
                .noneMatch(meter -> meter.getId().getName().matches("perdure\\.(guard|drift|live|outcomes|rollout).*")
                        && !meter.getId().getName().equals("perdure.rollouts"));
    }

    /** There may be hundreds of features: those that are of interest have figures, and the lowest of all p-values. */
    @Test
    void ofManyTestsOnlyThoseThatAlarmAreFiguresAndOfManyAlarmsFew() {
        for (int alarms : new int[] {0, 3, 500}) {
            var look = new DriftLook(
                    ModelId.of("wide", "1"),
                    Optional.empty(),
                    500,
                    0,
                    500,
                    1,
                    1,
                    Optional.of(Instant.EPOCH),
                    List.of(),
                    Optional.of(new DriftReport(1, 500, 0.001, evidence(500, alarms))),
                    Optional.empty());
            List<Figure> figures = SafeguardFigures.of(look);
            assertThat(figures)
                    .filteredOn(figure -> figure.name().equals("perdure.drift.p.value"))
                    .hasSize(Math.min(alarms, SafeguardFigures.TESTS_MAX));
            assertThat(figures)
                    .filteredOn(figure -> figure.name().equals("perdure.drift.lowest.p.value"))
                    .singleElement()
                    .satisfies(figure -> assertThat(figure.value()).isEqualTo(alarms > 0 ? 1e-9 : 0.5));
        }
    }

    private static List<DriftReport.Evidence> evidence(int all, int alarms) {
        return IntStream.range(0, all)
                .mapToObj(i ->
                        new DriftReport.Evidence("f" + i, "test", 1, i < alarms ? 1e-9 : 0.5, 1e-6, Double.NaN, ""))
                .toList();
    }

    private static void report(Gateway gateway, String id, double truth) {
        Page page = gateway.pages().stream()
                .filter(each -> each.method().equals("POST") && each.path().endsWith("/outcomes"))
                .findFirst()
                .orElseThrow();
        assertThat(page.right()).isEqualTo(Right.PREDICT);
        byte[] body = "{\"outcomes\":[{\"id\":\"%s\",\"value\":%s}]}"
                .formatted(id, truth)
                .getBytes(StandardCharsets.UTF_8);
        page.handler()
                .answer(new Page.Asked(
                        Map.of("model", Scaled.NAME), MemorySegment.ofArray(body), Call.within(Scaled.LONG)));
    }

    @Test
    void outcomesAndRolloutsAreFigures() {
        var options = new Rollout.Options(1, 1000, List.of(0.2, 0.5), 40, Duration.ZERO, 0.2, 0.01, 0.02, 100, 1.25, 0);
        Gateway gateway = serve(
                (replica, request) -> Scaled.times(replica.version().equals("2") ? -1 : 1, request),
                Safeguards.usual(),
                RolloutSettings.usual().with(options),
                Scaled.version("1", 1));
        var figures = new LookedFigures(gateway, recall, registry);
        for (int i = 0; i < 10; i++) {
            Scaled.ask(gateway, Scaled.MODEL, "r" + i, 5);
            report(gateway, "r" + i, i < 7 ? 5 : 50);
        }
        figures.look();
        assertThat(only("perdure.outcomes", "version", "1", "result", "right")).isEqualTo(7);
        assertThat(only("perdure.outcomes", "version", "1", "result", "wrong")).isEqualTo(3);
        assertThat(only("perdure.live.accuracy.ratio", "version", "1")).isCloseTo(0.7, within(1e-9));
        assertThat(only("perdure.outcomes.remembered", "model", Scaled.NAME)).isEqualTo(10);
        assertThat(values("perdure.rollout.stage")).isEmpty();
        assertThat(sum("perdure.rollouts", "model", Scaled.NAME)).isZero();
        assertThat(values("perdure.rollouts")).hasSize(3);
        gateway.serve(Scaled.version("2", -1));
        await().atMost(Scaled.LONG).pollInterval(Duration.ofMillis(1)).until(() -> {
            Scaled.ask(gateway, Scaled.MODEL, "", 5);
            figures.look();
            return values("perdure.rollout.stage", "stage", "shadow").equals(List.of(1.0))
                    || values("perdure.rollout.stage", "stage", "rolled_back").equals(List.of(1.0));
        });
        await().atMost(Scaled.LONG).pollInterval(Duration.ofMillis(1)).until(() -> {
            Scaled.ask(gateway, Scaled.MODEL, "", 5);
            figures.look();
            return values("perdure.rollout.stage", "stage", "rolled_back").equals(List.of(1.0));
        });
        assertThat(sum("perdure.rollout.stage", "version", "2"))
                .as("it is at one place")
                .isEqualTo(1);
        assertThat(only("perdure.rollout.share.ratio", "version", "2")).isZero();
        double against = only("perdure.rollout.cases.against", "evidence", "disagreement");
        assertThat(against).isPositive().isEqualTo(only("perdure.rollout.cases", "evidence", "disagreement"));
        assertThat(only("perdure.rollout.p.value", "evidence", "disagreement")).isLessThan(0.01);
        assertThat(only("perdure.rollout.p.value", "evidence", "outcomes")).isEqualTo(1);
        await().atMost(Scaled.LONG)
                .untilAsserted(() -> assertThat(only("perdure.rollouts", "result", "rolled_back"))
                        .isEqualTo(1));
        assertThat(only("perdure.rollouts", "result", "promoted")).isZero();
    }
}

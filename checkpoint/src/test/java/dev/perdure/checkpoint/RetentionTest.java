package dev.perdure.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.core.State;
import dev.perdure.store.MemoryObjectStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RetentionTest {
    private static final Instant NOW = Tests.NOW;

    /** A checkpoint of step s, saved s seconds before the hour, with a loss of its own. */
    private static CheckpointInfo checkpoint(long step, double loss, boolean verified) {
        return checkpoint(1, step, loss, verified, false);
    }

    private static CheckpointInfo checkpoint(int term, long step, double loss, boolean verified, boolean suspect) {
        var metrics = new LinkedHashMap<String, Double>();
        metrics.put("heldOutLoss", loss);
        metrics.put("heldOutAccuracy", 1 - loss);
        return new CheckpointInfo(
                new CheckpointName(term, step),
                NOW.minusSeconds(1000 - step),
                metrics,
                1000,
                3,
                verified,
                suspect,
                false,
                Optional.empty());
    }

    private static List<Long> kept(List<CheckpointInfo> all, RetentionPolicy policy) {
        return Retention.plan(all, policy, NOW).keep().keySet().stream()
                .map(CheckpointName::step)
                .toList();
    }

    private static final List<CheckpointInfo> TEN = ten();

    private static List<CheckpointInfo> ten() {
        var all = new ArrayList<CheckpointInfo>();
        for (int i = 1; i <= 10; i++) {
            all.add(checkpoint(100L * i, Math.abs(i - 4) / 10.0, i == 10));
        }
        return all;
    }

    @Test
    void keepsTheNewest() {
        assertThat(kept(TEN, RetentionPolicy.newest(2))).containsExactly(900L, 1000L);
    }

    @Test
    void keepsEveryKthStep() {
        assertThat(kept(TEN, new RetentionPolicy(1, OptionalLong.of(400), Optional.empty(), Optional.empty())))
                .containsExactly(400L, 800L, 1000L);
    }

    @Test
    void keepsTheSmallestLossAndTheGreatestAccuracy() {
        for (String metric : List.of("heldOutLoss", "heldOutAccuracy")) {
            var best = Optional.of(new RetentionPolicy.Best(metric, 2));
            assertThat(kept(TEN, new RetentionPolicy(1, OptionalLong.empty(), best, Optional.empty())))
                    .as(metric)
                    .containsExactly(400L, 500L, 1000L);
        }
    }

    @Test
    void neverTakesNanForTheBest() {
        var all = List.of(checkpoint(1, Double.NaN, false), checkpoint(2, 0.5, false), checkpoint(3, 0.9, true));
        var best = Optional.of(new RetentionPolicy.Best("heldOutLoss", 1));

        assertThat(kept(all, new RetentionPolicy(1, OptionalLong.empty(), best, Optional.empty())))
                .containsExactly(2L, 3L);
    }

    @Test
    void keepsTheYoung() {
        var age = Optional.of(Duration.ofSeconds(250));
        assertThat(kept(TEN, new RetentionPolicy(1, OptionalLong.empty(), Optional.empty(), age)))
                .containsExactly(800L, 900L, 1000L);
    }

    @Test
    void keepsTheLastVerifiedHoweverOldAndSaysWhy() {
        var all = List.of(
                checkpoint(1, 1, true), checkpoint(2, 1, true), checkpoint(3, 1, false), checkpoint(4, 1, false));

        Retention plan = Retention.plan(all, RetentionPolicy.newest(1), NOW);

        assertThat(plan.keep())
                .containsEntry(new CheckpointName(1, 2), Set.of(Retention.Reason.NEWEST_VERIFIED))
                .containsEntry(
                        new CheckpointName(1, 4), Set.of(Retention.Reason.NEWEST, Retention.Reason.AMONG_NEWEST));
        assertThat(plan.delete()).containsExactly(new CheckpointName(1, 1), new CheckpointName(1, 3));
    }

    @Test
    void deletesNothingWhileNoneIsVerified() {
        var all = List.of(checkpoint(1, 1, false), checkpoint(2, 1, false));

        assertThat(Retention.plan(all, RetentionPolicy.newest(1), NOW).delete()).isEmpty();
    }

    @Test
    void countsADamagedCheckpointNotAmongTheNewest() {
        var all = List.of(
                checkpoint(1, 1, 0.1, true, false),
                checkpoint(1, 2, 0.1, true, false),
                checkpoint(1, 3, 0.0, true, true),
                checkpoint(1, 4, 0.1, true, false));

        assertThat(kept(all, RetentionPolicy.newest(2))).containsExactly(2L, 3L, 4L);
    }

    @Test
    void whateverTheListAndThePolicyTheLastGoodOnesStay() {
        for (long seed = 0; seed < 5000; seed++) {
            var random = new Random(seed);
            List<CheckpointInfo> all = randomList(random);
            RetentionPolicy policy = randomPolicy(random);

            Retention plan = Retention.plan(all, policy, NOW);

            checkPlan(all, policy, plan, "seed " + seed);
        }
    }

    private static void checkPlan(List<CheckpointInfo> all, RetentionPolicy policy, Retention plan, String seed) {
        Set<CheckpointName> names = new HashSet<>();
        all.forEach(info -> names.add(info.name()));
        Set<CheckpointName> both = new HashSet<>(plan.keep().keySet());
        both.addAll(plan.delete());
        assertThat(both).as(seed).isEqualTo(names);
        assertThat(plan.delete()).as(seed).noneMatch(name -> plan.keep().containsKey(name));
        all.stream()
                .map(CheckpointInfo::name)
                .max(Comparator.naturalOrder())
                .ifPresent(newest -> assertThat(plan.keep()).as(seed).containsKey(newest));
        Optional<CheckpointName> lastVerified = all.stream()
                .filter(info -> info.verified() && info.isSound())
                .map(CheckpointInfo::name)
                .max(Comparator.naturalOrder());
        if (lastVerified.isPresent()) {
            assertThat(plan.keep()).as(seed).containsKey(lastVerified.get());
        } else {
            assertThat(plan.delete()).as(seed).isEmpty();
        }
        long sound = all.stream().filter(CheckpointInfo::isSound).count();
        long soundKept = all.stream()
                .filter(info -> info.isSound() && plan.keep().containsKey(info.name()))
                .count();
        assertThat(soundKept).as(seed).isGreaterThanOrEqualTo(Math.min(sound, policy.newest()));
        assertThat(Retention.plan(all.reversed(), policy, NOW)).as(seed).isEqualTo(plan);
        List<CheckpointInfo> left = all.stream()
                .filter(info -> plan.keep().containsKey(info.name()))
                .toList();
        assertThat(Retention.plan(left, policy, NOW).delete())
                .as("again, " + seed)
                .isEmpty();
    }

    private static List<CheckpointInfo> randomList(Random random) {
        var all = new ArrayList<CheckpointInfo>();
        for (int i = random.nextInt(12); i > 0; i--) {
            double loss = random.nextInt(5) == 0 ? Double.NaN : random.nextInt(4);
            int term = 1 + random.nextInt(2);
            all.add(checkpoint(term, 20L * i, loss, random.nextBoolean(), random.nextInt(4) == 0));
        }
        return all;
    }

    private static RetentionPolicy randomPolicy(Random random) {
        return new RetentionPolicy(
                1 + random.nextInt(4),
                random.nextBoolean() ? OptionalLong.of(1 + random.nextInt(100)) : OptionalLong.empty(),
                random.nextBoolean()
                        ? Optional.of(new RetentionPolicy.Best("heldOutLoss", 1 + random.nextInt(3)))
                        : Optional.empty(),
                random.nextBoolean() ? Optional.of(Duration.ofSeconds(random.nextInt(1100))) : Optional.empty());
    }

    @Test
    void afterASaveOnlyWhatThePolicyKeepsIsLeftAndNothingItNeedsIsGone() throws IOException {
        var store = new MemoryObjectStore();
        var options = Tests.options(1).withRetention(RetentionPolicy.newest(2));
        State last = States.random(0);
        try (var checkpoints = Checkpointer.open(store, options)) {
            for (int step = 1; step <= 6; step++) {
                last = States.random(step);
                checkpoints.save(step, last);
            }
        }

        assertThat(Checkpoints.open(store).list())
                .extracting(CheckpointInfo::step)
                .containsExactly(6L, 5L);
        assertThat(Tests.garbage(store)).isEmpty();
        Tests.assertAllWhole(store);
        States.assertSame(Tests.restore(store).state(), last);
    }

    @Test
    void pruningSweepsWhatACrashHasLeftAlthoughThePolicyKeepsAll() throws IOException {
        var store = new MemoryObjectStore();
        Tests.save(store, 1, States.random(1));
        store.putIfAbsent(Paths.object("0".repeat(64)), new byte[] {1});

        PruneReport report = Checkpoints.open(store, Tests.timeless()).prune(RetentionPolicy.newest(3));

        assertThat(report).isEqualTo(new PruneReport(List.of(), 1, Optional.empty()));
        assertThat(Tests.garbage(store)).isEmpty();
        Tests.assertAllWhole(store);
    }

    @Test
    void deletesNothingWhenTheNewestCheckpointTurnsOutDamaged() throws IOException {
        var store = new MemoryObjectStore();
        Tests.save(store, 1, States.random(1));
        Tests.save(store, 2, States.random(2));
        Manifest newest = Checkpoints.open(store).manifest(new CheckpointName(2, 2));
        Tests.replace(store, newest.objects().getFirst().path(), new byte[] {1});

        PruneReport report = Checkpoints.open(store, Tests.timeless()).prune(RetentionPolicy.newest(1));

        assertThat(report.deleted()).isEmpty();
        assertThat(report.putOff()).isPresent();
        States.assertSame(Tests.restore(store).state(), States.random(1));
    }
}

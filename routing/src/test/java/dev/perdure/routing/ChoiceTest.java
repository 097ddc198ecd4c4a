package dev.perdure.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ChoiceTest {
    private static ReplicaId id(long number) {
        return new ReplicaId("v", number);
    }

    private static List<Candidate> candidates(Map<ReplicaId, Integer> inFlight) {
        return inFlight.entrySet().stream()
                .map(entry -> new Candidate(entry.getKey(), 1, entry.getValue(), 1e6, false))
                .toList();
    }

    private static Map<ReplicaId, Integer> idle(long... numbers) {
        var idle = new TreeMap<ReplicaId, Integer>();
        LongStream.of(numbers).forEach(number -> idle.put(id(number), 0));
        return idle;
    }

    private static Map<ReplicaId, Integer> ten() {
        return idle(LongStream.rangeClosed(1, 10).toArray());
    }

    private static Map<String, ReplicaId> place(List<String> keys, Map<ReplicaId, Integer> on) {
        var placed = new HashMap<String, ReplicaId>();
        for (String key : keys) {
            ReplicaId chosen = Choice.ofKey(candidates(on), key).orElseThrow().id();
            placed.put(key, chosen);
            on.merge(chosen, 1, Integer::sum);
        }
        return placed;
    }

    private static List<String> keys(int count, int seed) {
        var keys = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            keys.add("user-" + seed + "-" + i);
        }
        return keys;
    }

    @Test
    void whenOneOfTenGoesAtMostTwelvePercentOfKeysMove() {
        List<String> keys = keys(20_000, 0);
        for (long gone = 1; gone <= 10; gone++) {
            Map<String, ReplicaId> before = place(keys, ten());
            var rest = ten();
            rest.remove(id(gone));
            Map<String, ReplicaId> after = place(keys, rest);
            long moved = keys.stream()
                    .filter(key -> !before.getOrDefault(key, id(99)).equals(after.get(key)))
                    .count();
            assertThat(moved).as("without replica %d", gone).isLessThanOrEqualTo(keys.size() * 12L / 100);
        }
    }

    @Test
    void noReplicaGetsMoreThanAQuarterAboveTheMeanWhateverTheKeys() {
        for (int seed = 0; seed < 20; seed++) {
            var on = ten();
            var random = new SplittableRandom(seed);
            var keys = new ArrayList<String>();
            for (int i = 0; i < 2_000; i++) { // few keys are asked for most
                keys.add("key-" + (int) Math.pow(random.nextDouble() * 3, 4));
            }
            for (int i = 0; i < keys.size(); i++) {
                on.merge(Choice.ofKey(candidates(on), keys.get(i)).orElseThrow().id(), 1, Integer::sum);
                int most = on.values().stream().mapToInt(n -> n).max().orElseThrow();
                assertThat(most).isLessThanOrEqualTo((int) Math.ceil(1.25 * (i + 1) / 10));
            }
        }
    }

    @Test
    void aKeyStaysWhereItIsWhileThatHasRoom() {
        for (String key : keys(1_000, 1)) {
            ReplicaId home = Choice.ofKey(candidates(ten()), key).orElseThrow().id();
            var busy = ten();
            busy.replaceAll((_, _) -> 4);
            assertThat(Choice.ofKey(candidates(busy), key).orElseThrow().id()).isEqualTo(home);
            busy.put(home, 50);
            assertThat(Choice.ofKey(candidates(busy), key).orElseThrow().id()).isNotEqualTo(home);
        }
    }

    /** Balls into bins: at random the fullest of a hundred gets far more than the mean, of two choices hardly more. */
    @Test
    void ofTwoChoicesTheFullestIsHardlyFullerThanTheMean() {
        var random = new SplittableRandom(7);
        var on = idle(LongStream.rangeClosed(1, 100).toArray());
        var atRandom = new int[100];
        for (int i = 0; i < 5_000; i++) {
            on.merge(Choice.ofTwo(candidates(on), random).orElseThrow().id(), 1, Integer::sum);
            atRandom[random.nextInt(100)]++;
        }
        assertThat(on.values().stream().mapToInt(n -> n).max().orElseThrow()).isLessThanOrEqualTo(54);
        assertThat(Arrays.stream(atRandom).max().orElseThrow()).isGreaterThan(60);
    }

    @Test
    void aSlowReplicaGetsLessAndOneOnTrialItsShare() {
        var random = new SplittableRandom(8);
        var slow = new Candidate(id(1), 1, 0, 10e6, false);
        var usual = new Candidate(id(2), 1, 0, 1e6, false);
        var trial = new Candidate(id(3), 0.1, 0, 0, false);
        var counts = new HashMap<ReplicaId, Integer>();
        for (int i = 0; i < 10_000; i++) {
            counts.merge(
                    Choice.ofTwo(List.of(slow, usual, trial), random)
                            .orElseThrow()
                            .id(),
                    1,
                    Integer::sum);
        }
        assertThat(counts.getOrDefault(id(2), 0)).isGreaterThan(8_500);
        assertThat(counts.getOrDefault(id(3), 0)).isLessThan(1_500);
    }

    @Test
    void ofNobodyNobodyIsChosen() {
        assertThat(Choice.ofTwo(List.of(), new SplittableRandom(1))).isEmpty();
        assertThat(Choice.ofKey(List.of(), "key")).isEmpty();
    }

    @Test
    void aPeakIsSeenAtOnceAndForgottenSlowly() {
        PeakEwma latency = PeakEwma.NONE.after(1_000, 0).after(50_000, 1_000);
        assertThat(latency.nanos()).isEqualTo(50_000);
        assertThat(latency.after(1_000, 1_000_000).nanos()).isGreaterThan(49_000);
        assertThat(latency.after(1_000, 20_000_000_000L).nanos()).isLessThan(1_010);
    }
}

package dev.perdure.checkpoint;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Decides which checkpoints stay: a pure function of the list, the policy and the time.
 *
 * <p>Whatever the policy says: the newest checkpoint stays; the newest <em>verified</em> one stays; and while no checkpoint
 * is verified, all stay. A checkpoint that something speaks against (an unreadable manifest, a failed restore) takes no
 * place among the newest or the best; it stays while it is younger than the newest few, and goes with those of its age.
 *
 * @param keep those that stay, each with why
 * @param delete those that go, oldest first
 */
public record Retention(SortedMap<CheckpointName, Set<Reason>> keep, List<CheckpointName> delete) {

    /** Why a checkpoint stays. */
    public enum Reason {
        NEWEST,
        NEWEST_VERIFIED,
        AMONG_NEWEST,
        EVERY_STEPS,
        BEST,
        AGE,
        NONE_VERIFIED
    }

    public Retention {
        keep = Collections.unmodifiableSortedMap(new TreeMap<>(keep));
        delete = List.copyOf(delete);
    }

    public static Retention plan(List<CheckpointInfo> checkpoints, RetentionPolicy policy, Instant now) {
        var keep = new TreeMap<CheckpointName, Set<Reason>>();
        List<CheckpointInfo> newestFirst = checkpoints.stream()
                .sorted(Comparator.comparing(CheckpointInfo::name).reversed())
                .toList();
        List<CheckpointInfo> sound =
                newestFirst.stream().filter(CheckpointInfo::isSound).toList();
        List<CheckpointInfo> verified =
                sound.stream().filter(CheckpointInfo::verified).toList();
        if (verified.isEmpty()) {
            mark(keep, newestFirst, Reason.NONE_VERIFIED);
        }
        mark(keep, newestFirst.stream().limit(1).toList(), Reason.NEWEST);
        mark(keep, verified.stream().limit(1).toList(), Reason.NEWEST_VERIFIED);
        mark(keep, amongNewest(newestFirst, sound, policy.newest()), Reason.AMONG_NEWEST);
        policy.everySteps().ifPresent(k -> mark(keep, where(sound, c -> c.step() % k == 0), Reason.EVERY_STEPS));
        policy.best().ifPresent(best -> mark(keep, best(sound, best), Reason.BEST));
        policy.age()
                .ifPresent(age ->
                        mark(keep, where(sound, c -> c.created().plus(age).isAfter(now)), Reason.AGE));
        List<CheckpointName> delete = checkpoints.stream()
                .map(CheckpointInfo::name)
                .filter(name -> !keep.containsKey(name))
                .sorted()
                .toList();
        return new Retention(keep, delete);
    }

    private static List<CheckpointInfo> amongNewest(
            List<CheckpointInfo> newestFirst, List<CheckpointInfo> sound, int count) {
        if (sound.size() <= count) {
            return newestFirst;
        }
        CheckpointName last = sound.get(count - 1).name();
        return where(newestFirst, c -> c.name().compareTo(last) >= 0);
    }

    private static List<CheckpointInfo> best(List<CheckpointInfo> newestFirst, RetentionPolicy.Best best) {
        Comparator<CheckpointInfo> byMetric =
                Comparator.comparingDouble(c -> c.metrics().getOrDefault(best.metric(), Double.NaN));
        var ranked = new ArrayList<>(where(
                newestFirst, c -> !Double.isNaN(c.metrics().getOrDefault(best.metric(), Double.NaN))));
        ranked.sort(best.smallestFirst() ? byMetric : byMetric.reversed());
        return ranked.subList(0, Math.min(best.count(), ranked.size()));
    }

    private static List<CheckpointInfo> where(List<CheckpointInfo> some, Predicate<CheckpointInfo> condition) {
        return some.stream().filter(condition).toList();
    }

    private static void mark(SortedMap<CheckpointName, Set<Reason>> keep, List<CheckpointInfo> some, Reason reason) {
        for (CheckpointInfo checkpoint : some) {
            keep.computeIfAbsent(checkpoint.name(), _ -> EnumSet.noneOf(Reason.class))
                    .add(reason);
        }
    }
}

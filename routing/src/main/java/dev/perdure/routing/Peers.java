package dev.perdure.routing;

import dev.perdure.reliability.PeerWatch;
import dev.perdure.reliability.Verdict;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Who takes longer than the others: a value that takes rounds of latencies and hands them to {@link PeerWatch}. A round
 * ends when every replica in use has answered in it; one in which some have not for long is dropped, since there is
 * nothing to compare.
 *
 * <p>Replicas on one machine share its cores, so they differ more than hosts do: a sixth is taken to be natural, and a
 * replica is slow from about twice its peers' time on. False alarms are those of {@link PeerWatch}.
 *
 * @param watch what was seen in rounds that ended
 * @param roundAt when the one under way began
 */
record Peers(PeerWatch watch, long roundAt) {
    private static final PeerWatch.Options USUAL = new PeerWatch.Options(1e-4, 8, 2, 1.0 / 6, 10);
    private static final Duration ROUND = Duration.ofMillis(100);
    private static final int ROUNDS_LATE = 10;

    /**
     * What a round showed.
     *
     * @param next with the round in it
     * @param isOver whether a new one begins
     * @param slow who is slow, with the evidence
     */
    record Judged(Peers next, boolean isOver, Map<ReplicaId, Finding> slow) {}

    static Peers of(long now) {
        return new Peers(PeerWatch.of(USUAL), now);
    }

    /** Looks at replicas in use. */
    Judged look(SortedMap<ReplicaId, Replica> inUse, long now) {
        if (now - roundAt < ROUND.toNanos()) {
            return new Judged(this, false, Map.of());
        }
        boolean all = inUse.size() > 1
                && inUse.values().stream().allMatch(replica -> replica.load().roundCount() > 0);
        if (all) {
            return judge(inUse, now);
        }
        boolean isLate = now - roundAt > ROUNDS_LATE * ROUND.toNanos();
        return isLate ? new Judged(new Peers(watch, now), true, Map.of()) : new Judged(this, false, Map.of());
    }

    private Judged judge(SortedMap<ReplicaId, Replica> inUse, long now) {
        var names = new TreeMap<String, ReplicaId>();
        var seconds = new TreeMap<String, Double>();
        inUse.forEach((id, replica) -> {
            names.put(id.toString(), id);
            double mean = replica.load().roundNanos() / replica.load().roundCount();
            seconds.put(id.toString(), Math.max(1, mean) / 1e9);
        });
        PeerWatch.Judged judged = watch.after(seconds);
        var slow = new LinkedHashMap<ReplicaId, Finding>();
        judged.verdicts().forEach((name, verdict) -> {
            ReplicaId id = names.get(name);
            if (id != null && verdict instanceof Verdict.Alarm alarm) {
                slow.put(id, new Finding.Slow(alarm.reason()));
            }
        });
        return new Judged(new Peers(judged.state(), now), true, slow);
    }
}

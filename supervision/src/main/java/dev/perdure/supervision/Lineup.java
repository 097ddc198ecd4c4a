package dev.perdure.supervision;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Who makes up a generation, and whose state the others take. */
final class Lineup {
    private Lineup() {}

    /**
     * Chooses from those who stand still. Who computed goes on computing, a spare comes before one that is new, and
     * whoever stands furthest is in, wanted or not: nobody else has its last step.
     *
     * @param previous the generation before, whose ranks are kept where that is possible
     * @param trusted whose state counts
     */
    static Generation of(
            long number,
            List<Life> ready,
            Optional<Generation> previous,
            Targets targets,
            Trusted trusted,
            List<Adjustment> adjustments,
            String meetingPoint) {
        Map<WorkerId, Integer> ranks = previous.map(Lineup::ranks).orElse(Map.of());
        List<Life> order = new ArrayList<>(ready);
        order.sort(Comparator.<Life>comparingInt(life -> life.slot < targets.total() ? 0 : 1)
                .thenComparingInt(life -> ranks.getOrDefault(life.id, Integer.MAX_VALUE))
                .thenComparingInt(life -> life.slot));
        List<Life> chosen = new ArrayList<>(order.subList(0, Math.min(order.size(), targets.total())));
        Life furthest = furthest(order, trusted);
        if (trusted.allows(furthest.position) && !chosen.contains(furthest)) {
            chosen.set(chosen.size() - 1, furthest);
        }
        int source = chosen.indexOf(furthest(chosen, trusted));
        int computing = Math.min(chosen.size(), targets.workers());
        List<WorkerId> ids = chosen.stream().map(life -> life.id).toList();
        List<Share> shares =
                Generation.share(ids.subList(0, computing), ids.subList(computing, ids.size()), targets.microbatches());
        OptionalLong at = chosen.get(source).position;
        return new Generation(
                number,
                shares,
                source,
                trusted.allows(at) ? at : OptionalLong.empty(),
                trusted.notAfter(),
                adjustments,
                meetingPoint,
                List.of());
    }

    /**
     * Adds those who have joined to a generation that steps. Its members keep their ranks, and the last of them, a spare if
     * there is one, gives the joiners its state.
     */
    static Generation extended(
            long number, Generation running, List<Life> joined, Targets targets, String meetingPoint) {
        List<WorkerId> order =
                new ArrayList<>(running.shares().stream().map(Share::worker).toList());
        List<WorkerId> joiners = joined.stream()
                .filter(life -> running.rankOf(life.id).isEmpty())
                .sorted(Comparator.comparingInt(life -> life.slot))
                .map(life -> life.id)
                .limit(targets.total() - order.size())
                .toList();
        int source = order.size() - 1;
        order.addAll(joiners);
        int computing = Math.min(order.size(), targets.workers());
        List<Share> shares = Generation.share(
                order.subList(0, computing), order.subList(computing, order.size()), targets.microbatches());
        return new Generation(
                number,
                shares,
                source,
                OptionalLong.empty(),
                OptionalLong.empty(),
                running.adjustments(),
                meetingPoint,
                joiners);
    }

    static Map<WorkerId, Integer> ranks(Generation generation) {
        var ranks = new HashMap<WorkerId, Integer>();
        generation.shares().forEach(share -> ranks.put(share.worker(), ranks.size()));
        return ranks;
    }

    /** Returns the first of those with the highest position; one without a state that counts stands lowest. */
    private static Life furthest(List<Life> lives, Trusted trusted) {
        Life best = lives.getFirst();
        for (Life life : lives) {
            if (at(life, trusted) > at(best, trusted)) {
                best = life;
            }
        }
        return best;
    }

    private static long at(Life life, Trusted trusted) {
        return trusted.allows(life.position) ? life.position.getAsLong() : -1;
    }
}

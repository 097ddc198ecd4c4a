package dev.perdure.reliability;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * In which order to try recoveries, until one works or stopping is cheaper.
 *
 * <p>When tries are independent, the best order is by cost over chance of success, {@code c/p}: swapping two neighbours that
 * are not in that order saves {@code c_j p_i − c_i p_j} times the chance of getting there (the classical result for least-cost
 * testing; Mitten: An analytic solution to the least cost testing sequence problem, J. Industrial Engineering 11, 1960).
 *
 * <p>While the fault is uncertain tries are not independent: one that fails says what it was not. {@link #best} then finds the
 * optimum exactly, by dynamic programming over the sets of tries that have failed (Bellman, 1957); with one fault kind it is
 * the order by c/p.
 *
 * @param order what to try, first to last; stopping comes after the last
 * @param expectedSeconds what the tries cost on average: each as often as one gets to it
 * @param success the chance that one of them works
 */
public record RecoverySequence(List<Strategy> order, double expectedSeconds, double success) {
    /** The optimum takes time and memory that double with each try; beyond this many the worst by c/p are left out. */
    private static final int TRIES_MAX = 14;

    /**
     * Something to try.
     *
     * @param strategy what
     * @param seconds what it costs, whether it works or not, >= 0
     * @param success the chance that it works, by fault
     */
    public record Try(Strategy strategy, double seconds, Map<FaultKind, Double> success) {
        public Try {
            Checks.notNegative("seconds", seconds);
            success.forEach((fault, chance) -> Checks.share("success against " + fault, chance, true));
            success = Map.copyOf(success);
        }

        double against(FaultKind fault) {
            return success.getOrDefault(fault, 0.0);
        }

        /** Returns the chance that it works as the first try. */
        public double success(Diagnosis diagnosis) {
            return diagnosis.chances().entrySet().stream()
                    .mapToDouble(entry -> entry.getValue() * against(entry.getKey()))
                    .sum();
        }

        /** Returns c/p, by which independent tries are ordered: infinite when it cannot work. */
        public double secondsPerSuccess(Diagnosis diagnosis) {
            double success = success(diagnosis);
            return success == 0 ? Double.POSITIVE_INFINITY : seconds / success;
        }
    }

    public RecoverySequence {
        order = List.copyOf(order);
    }

    /** Returns what tries in a given order cost on average and achieve. */
    public static RecoverySequence inOrder(List<Try> tries, Diagnosis diagnosis) {
        double seconds = 0;
        double failed = 1;
        var order = new ArrayList<Strategy>();
        var now = diagnosis;
        for (Try next : tries) {
            order.add(next.strategy());
            seconds += failed * next.seconds();
            double fails = Math.max(0, 1 - next.success(now));
            failed *= fails;
            now = fails > 0 ? now.afterFailed(next::against) : now;
        }
        return new RecoverySequence(order, seconds, 1 - failed);
    }

    /**
     * Returns the sequence that costs the least on average, the cost of stopping included for when all have failed; tries that
     * are not worth it are left out.
     *
     * @param stopSeconds what it costs to stop and wait for a person, >= 0
     */
    public static RecoverySequence best(List<Try> tries, Diagnosis diagnosis, double stopSeconds) {
        Checks.notNegative("stopSeconds", stopSeconds);
        List<Try> considered = considered(tries, diagnosis);
        int[] choices = choices(considered, failed(considered, diagnosis), stopSeconds);
        var order = new ArrayList<Try>();
        int done = 0;
        while (choices[done] >= 0) {
            order.add(considered.get(choices[done]));
            done |= 1 << choices[done];
        }
        return inOrder(order, diagnosis);
    }

    private static List<Try> considered(List<Try> tries, Diagnosis diagnosis) {
        if (tries.size() <= TRIES_MAX) {
            return tries;
        }
        return tries.stream()
                .sorted(Comparator.comparingDouble((Try t) -> t.secondsPerSuccess(diagnosis)))
                .limit(TRIES_MAX)
                .toList();
    }

    /** Returns the chance that all tries of a set fail, for each set as a bit mask. */
    private static double[] failed(List<Try> tries, Diagnosis diagnosis) {
        double[] failed = new double[1 << tries.size()];
        diagnosis.chances().forEach((fault, chance) -> {
            double[] product = new double[failed.length];
            product[0] = chance;
            failed[0] += chance;
            for (int set = 1; set < failed.length; set++) {
                int lowest = Integer.numberOfTrailingZeros(set);
                product[set] = product[set & (set - 1)] * (1 - tries.get(lowest).against(fault));
                failed[set] += product[set];
            }
        });
        return failed;
    }

    /** Returns for each set of tries that have failed which to try next, or −1 to stop. */
    private static int[] choices(List<Try> tries, double[] failed, double stopSeconds) {
        double[] costs = new double[failed.length];
        int[] choices = new int[failed.length];
        for (int set = failed.length - 1; set >= 0; set--) {
            costs[set] = failed[set] * stopSeconds;
            choices[set] = -1;
            for (int next = 0; next < tries.size(); next++) {
                if ((set & 1 << next) == 0) {
                    double cost = failed[set] * tries.get(next).seconds() + costs[set | 1 << next];
                    if (cost < costs[set]) {
                        costs[set] = cost;
                        choices[set] = next;
                    }
                }
            }
        }
        return choices;
    }
}

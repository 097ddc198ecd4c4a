package dev.perdure.reliability;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Workers that are slower than their peers. There is no fixed threshold: how far a worker's pace may be from that of the others
 * follows from how far the others are from each other, and from how much its own pace varies.
 *
 * <p>In each window of steps, a worker's lag is the median over the steps of the logarithm of its time over the median of the
 * others' times. It is compared with the spread of the others' lags (by their MAD, together with what is natural between
 * healthy hosts, worth a few of them: two or three workers do not tell their own spread) and with the error of the median.
 * The bound is Student's. A worker is slow when several windows in a row say so.
 *
 * <p>False alarms: at most {@code alpha} for each worker and window, while healthy hosts differ by about
 * {@code naturalSpread} and steps vary independently; the windows in a row only lower it.
 *
 * @param options settings
 * @param steps the steps of the window under way: seconds by worker
 * @param slowWindows in how many windows in a row a worker was slow
 */
public record PeerWatch(Options options, List<Map<String, Double>> steps, Map<String, Integer> slowWindows) {

    /**
     * Settings.
     *
     * @param alpha chance of a false alarm for each worker and window
     * @param window steps in a window, >= 3
     * @param windowsInARow how many windows must say so, >= 1
     * @param naturalSpread standard deviation of the pace of healthy hosts, as a share, > 0
     * @param spreadWorth how many workers that is worth, >= 1
     */
    public record Options(double alpha, int window, int windowsInARow, double naturalSpread, double spreadWorth) {
        public Options {
            Checks.share("alpha", alpha, false);
            Checks.atLeast("window", window, 3);
            Checks.atLeast("windowsInARow", windowsInARow, 1);
            Checks.positive("naturalSpread", naturalSpread);
            Checks.positive("spreadWorth", spreadWorth);
        }

        /** Returns the usual settings: three windows of 8 steps, hosts that differ by a twentieth, worth ten workers. */
        public static Options usual() {
            return new Options(1e-3, 8, 3, 0.05, 10);
        }
    }

    /**
     * The detector one step on.
     *
     * @param state with the step in it
     * @param verdicts for each worker, in the order of names, at the end of a window; empty within one
     */
    public record Judged(PeerWatch state, Map<String, Verdict> verdicts) {}

    /** With so many workers one more or less does not move their median: it is then taken once for all of them. */
    private static final int MANY = 64;

    private record Lag(double ratio, double bound) {}

    /** What the others of all workers have in common when there are many: the steps' medians and the lags' spread. */
    private record Crowd(double[] middle, double[] lags) {}

    /** Where slowness begins: how far healthy workers are from each other, and how many times that is too far. */
    private record Edge(double between, double t) {}

    public PeerWatch {
        steps = steps.stream().map(Map::copyOf).toList();
        slowWindows = Map.copyOf(slowWindows);
    }

    /** Returns a detector that has seen nothing. */
    public static PeerWatch of(Options options) {
        return new PeerWatch(options, List.of(), Map.of());
    }

    /**
     * Takes a step's times: what each worker took for its own part, waiting for others not included. Only workers present in
     * all steps of a window are judged in it.
     *
     * @param seconds by worker, > 0; divide by the number of microbatches where workers have different numbers
     */
    public Judged after(Map<String, Double> seconds) {
        seconds.forEach((worker, time) -> Checks.positive("seconds of " + worker, time));
        var longer = new ArrayList<>(steps);
        longer.add(seconds);
        return longer.size() < options.window()
                ? new Judged(new PeerWatch(options, longer, slowWindows), Map.of())
                : judge(longer);
    }

    private Judged judge(List<Map<String, Double>> window) {
        Set<String> workers = new TreeSet<>(window.getFirst().keySet());
        window.forEach(step -> workers.retainAll(step.keySet()));
        Optional<Crowd> crowd = workers.size() > MANY ? Optional.of(crowd(workers, window)) : Optional.empty();
        Optional<Edge> edge = crowd.map(all -> edge(workers.size() - 1, all.lags()));
        var slow = new HashMap<String, Integer>();
        var verdicts = new TreeMap<String, Verdict>();
        for (String worker : workers) {
            if (workers.size() < 2) {
                verdicts.put(worker, new Verdict.Learning("it has no peers"));
                continue;
            }
            Lag lag = crowd.isPresent()
                    ? lag(worker, window, crowd.get().middle(), edge.orElseThrow())
                    : lag(worker, workers, window);
            int inARow = lag.ratio() > lag.bound() ? slowWindows.getOrDefault(worker, 0) + 1 : 0;
            slow.put(worker, inARow);
            verdicts.put(worker, verdict(lag, inARow));
        }
        return new Judged(new PeerWatch(options, List.of(), slow), verdicts);
    }

    private Crowd crowd(Set<String> workers, List<Map<String, Double>> window) {
        double[] middle =
                window.stream().mapToDouble(step -> medianOf(workers, step)).toArray();
        return new Crowd(
                middle,
                workers.stream()
                        .mapToDouble(worker -> RobustWindow.median(lags(worker, window, middle)))
                        .toArray());
    }

    private Lag lag(String worker, Set<String> workers, List<Map<String, Double>> window) {
        var others = new TreeSet<>(workers);
        others.remove(worker);
        Crowd peers = crowd(others, window);
        return lag(worker, window, peers.middle(), edge(others.size(), peers.lags()));
    }

    private Lag lag(String worker, List<Map<String, Double>> window, double[] middle, Edge edge) {
        double[] own = lags(worker, window, middle);
        double error = RobustWindow.deviation(own) * Math.sqrt(Math.PI / 2 / own.length);
        return new Lag(RobustWindow.median(own), edge.t() * Math.hypot(edge.between(), error));
    }

    private Edge edge(int peers, double[] lags) {
        return new Edge(
                spread(lags) * Math.sqrt(1 + Math.min(1, Math.PI / 2 / peers)),
                TDistribution.of(options.spreadWorth() + RobustWindow.degreesOfFreedom(peers) - 1)
                        .inverseSurvivalProbability(options.alpha()));
    }

    private static double medianOf(Set<String> workers, Map<String, Double> step) {
        return RobustWindow.median(
                workers.stream().mapToDouble(worker -> log(worker, step)).toArray());
    }

    private static double[] lags(String worker, List<Map<String, Double>> window, double[] middle) {
        double[] lags = new double[middle.length];
        for (int i = 0; i < lags.length; i++) {
            lags[i] = log(worker, window.get(i)) - middle[i];
        }
        return lags;
    }

    private static double log(String worker, Map<String, Double> step) {
        Double seconds = step.get(worker);
        if (seconds == null) {
            throw new IllegalStateException(worker + " is not in every step of the window");
        }
        return Math.log(seconds);
    }

    private double spread(double[] peers) {
        double seen = RobustWindow.deviation(peers);
        double natural = options.naturalSpread();
        double worth = options.spreadWorth();
        return Math.sqrt((worth * natural * natural + peers.length * seen * seen) / (worth + peers.length));
    }

    private Verdict verdict(Lag lag, int inARow) {
        String words = "%s times its peers' time (bound %s), %s windows in a row (alarm at %s)"
                .formatted(
                        Words.number(Math.exp(lag.ratio())),
                        Words.number(Math.exp(lag.bound())),
                        inARow,
                        options.windowsInARow());
        return inARow >= options.windowsInARow()
                ? new Verdict.Alarm(new Evidence(EvidenceKind.SLOWER_THAN_PEERS, lag.ratio(), lag.bound(), words))
                : new Verdict.Healthy(words);
    }

    /** Returns the chance of a false alarm for each worker and window. */
    public FalseAlarms falseAlarms() {
        return new FalseAlarms(options.alpha(), FalseAlarms.Per.WORKER_AND_WINDOW);
    }
}

package dev.perdure.routing;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * On which host a replica lives. Hosts are told by their places in a list, whose order decides between equals: so replicas of a
 * version are spread, and the end of a host ends as few as can be. Pure.
 */
public final class Placement {
    private Placement() {}

    /**
     * A host, as far as replicas of one version are concerned.
     *
     * @param ofVersion how many of it live there, or start, >= 0
     * @param all how many of all versions
     * @param isOpen whether another would be taken in
     */
    public record Host(int ofVersion, int all, boolean isOpen) {
        public Host {
            Checks.atLeast("ofVersion", ofVersion, 0);
            Checks.atLeast("all", all, ofVersion);
        }
    }

    /** Returns the places of those that are open, in the order in which they are to be asked: the one with the fewest first. */
    public static List<Integer> order(List<Host> hosts) {
        return places(hosts).stream()
                .filter(place -> hosts.get(place).isOpen())
                .sorted(Comparator.<Integer>comparingInt(
                                place -> hosts.get(place).ofVersion())
                        .thenComparingInt(place -> hosts.get(place).all()))
                .toList();
    }

    /**
     * Returns the place of the host that has more than it should: one of its replicas would be better off elsewhere, where there
     * are at least two fewer. Nothing when all is spread as it can be. One after the other, moves come to an end: each makes
     * the sum of the squares of {@code ofVersion} smaller.
     */
    public static Optional<Integer> overfull(List<Host> hosts) {
        int fewest = hosts.stream()
                .filter(Host::isOpen)
                .mapToInt(Host::ofVersion)
                .min()
                .orElse(Integer.MAX_VALUE);
        return places(hosts).stream()
                .filter(place -> hosts.get(place).ofVersion() - 2 >= fewest)
                .max(Comparator.<Integer>comparingInt(place -> hosts.get(place).ofVersion())
                        .thenComparing(Comparator.reverseOrder()));
    }

    private static List<Integer> places(List<Host> hosts) {
        return IntStream.range(0, hosts.size()).boxed().toList();
    }
}

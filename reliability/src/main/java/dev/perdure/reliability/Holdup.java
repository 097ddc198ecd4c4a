package dev.perdure.reliability;

import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Who holds up a group that is stuck: in a collective all wait for the one that has not come. */
public final class Holdup {
    private Holdup() {}

    /**
     * Where a worker is.
     *
     * @param step the step it works on
     * @param phase where in it
     */
    public record Place(long step, Phase phase) implements Comparable<Place> {
        private static final Comparator<Place> ORDER =
                Comparator.comparingLong(Place::step).thenComparing(Place::phase);

        @Override
        public int compareTo(Place other) {
            return ORDER.compare(this, other);
        }
    }

    /**
     * Returns the workers that are farthest behind, in the order of their names: nobody if all are in the same place, which in
     * a collective points to the network between them.
     */
    public static Set<String> culprits(Map<String, Place> places) {
        var ahead = places.values().stream().max(Comparator.naturalOrder());
        var behind = places.values().stream().min(Comparator.naturalOrder());
        var culprits = new TreeSet<String>();
        if (behind.isPresent() && !behind.equals(ahead)) {
            places.forEach((worker, place) -> {
                if (place.equals(behind.get())) {
                    culprits.add(worker);
                }
            });
        }
        return culprits;
    }
}

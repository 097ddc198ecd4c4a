package dev.perdure.supervision;

import java.util.HashSet;
import java.util.Set;

/**
 * The generation to come, while the one before it steps: its members meet, its joiners copy, and then all go over at once.
 *
 * <pre>
 * written    becomes meeting    when it is durable: its members are told
 * meeting    becomes switching  when all have met and the joiners are up to date: they are told to go over
 * switching  becomes the running generation when the first of them speaks of it
 * any        is given up        when a member of the generation before fails, or a joiner before the switch
 * </pre>
 */
final class Extension {
    final Generation next;
    /** When it was decided on. */
    final long since;

    boolean switching;
    private final Set<WorkerId> met = new HashSet<>();

    Extension(Generation next, long since) {
        this.next = next;
        this.since = since;
    }

    /** Returns whether all members have met now, and had not before. */
    boolean met(WorkerId worker) {
        return next.rankOf(worker).isPresent()
                && met.add(worker)
                && met.size() == next.shares().size();
    }
}

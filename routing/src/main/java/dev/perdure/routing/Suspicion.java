package dev.perdure.routing;

import dev.perdure.routing.Attempt.Kind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What the end of a replica says about the items that it had, brought to wherever else they are. */
final class Suspicion {
    private final Desk desk;
    private final Map<RequestId, Request> live;

    /**
     * Suspects nothing yet.
     *
     * @param live requests under way; changed here
     */
    Suspicion(Desk desk, Map<RequestId, Request> live) {
        this.desk = desk;
        this.live = live;
    }

    /**
     * Counts the end of a replica against the items that it had.
     *
     * @param hit requests that had open attempts there, as they were then
     * @return requests with items that no replica is sent any more
     */
    Set<RequestId> after(ReplicaId replica, List<Request> hit, Evidence evidence) {
        Set<String> had = digestsAt(replica, hit);
        Optional<String> guilty = desk.quarantine.died(had, evidence, underWay(), desk.now);
        guilty.ifPresent(digest -> desk.say(new Notice.Quarantined(digest, desk.quarantine.until(digest))));
        var suspects = new TreeSet<>(had);
        suspects.removeIf(digest -> !desk.isSuspect(digest));
        if (!suspects.isEmpty()) {
            List.copyOf(live.values()).forEach(request -> mark(request, suspects));
        }
        return guilty.isPresent() ? quarantined() : Set.of();
    }

    /** Returns the items of all requests under way. */
    private Set<String> underWay() {
        var digests = new TreeSet<String>();
        for (Request request : live.values()) {
            digests.addAll(request.ask().digests());
        }
        return digests;
    }

    private static Set<String> digestsAt(ReplicaId replica, List<Request> hit) {
        var digests = new TreeSet<String>();
        for (Request request : hit) {
            for (Attempt attempt : request.openAt(replica)) {
                attempt.items().stream()
                        .map(request.items()::get)
                        .filter(Request.Item::isOpen)
                        .forEach(item -> digests.add(item.digest()));
            }
        }
        return digests;
    }

    /** Where else a suspect is already, it is known to be one from now on. */
    private void mark(Request request, Set<String> suspects) {
        Request marked = request;
        for (Attempt attempt : request.attempts()) {
            boolean isOne = attempt.isOpen()
                    && attempt.kind() != Kind.SUSPECT
                    && attempt.items().stream()
                            .anyMatch(i ->
                                    suspects.contains(request.items().get(i).digest()));
            if (isOne && attempt.replica().isPresent()) {
                ReplicaId replica = attempt.replica().get();
                marked = marked.suspected(attempt.number());
                desk.tell(replica, new FleetEvent.Suspected(replica));
            }
        }
        live.put(request.id(), marked);
    }

    private Set<RequestId> quarantined() {
        var found = new TreeSet<RequestId>();
        for (Request request : live.values()) {
            if (request.items().stream().anyMatch(item -> item.isOpen() && desk.isQuarantined(item.digest()))) {
                found.add(request.id());
            }
        }
        return found;
    }
}

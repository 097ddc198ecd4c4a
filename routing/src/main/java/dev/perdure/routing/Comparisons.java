package dev.perdure.routing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A sample of requests is computed a second time by another replica after they were answered. When outputs differ a third
 * decides who is outvoted; when there is none, the golden set does: both are probed at once. (Triple modular redundancy
 * as a spot check; the idea of computing twice where silent errors are feared is that of Hochschild et al.: Cores that
 * don't count, HotOS 2021.)
 *
 * <p>A replica that is wrong on a share of requests is found in time even where the golden set does not see it. No answer
 * waits for a comparison.
 */
final class Comparisons {
    private static final int UNDER_WAY_MAX = 16;

    /** A request being computed again; attempts are those that answered it, by number, and the one under way. */
    private record Case(Request request, String version, Map<Integer, ReplicaId> by, int open, long since) {}

    private final Desk desk;
    private final Map<RequestId, Case> cases = new LinkedHashMap<>();

    Comparisons(Desk desk) {
        this.desk = desk;
    }

    /** Returns whether a request just answered is computed again. */
    boolean samples(Request request, Next.Answer answer) {
        if (answer.parts().size() != 1 || cases.size() >= UNDER_WAY_MAX || !desk.isSampled()) {
            return false;
        }
        Attempt attempt = request.attempts().get(answer.parts().getFirst().attempt());
        boolean isPlain = attempt.replica().isPresent()
                && attempt.items().size() == request.items().size();
        if (!isPlain) {
            return false;
        }
        ReplicaId replica = attempt.replica().get();
        return send(
                request,
                replica.version(),
                Map.of(attempt.number(), replica),
                request.attempts().size());
    }

    private boolean send(Request request, String version, Map<Integer, ReplicaId> by, int number) {
        var others = desk.rotation(version).stream()
                .filter(candidate -> !by.containsValue(candidate.id()) && !candidate.hasSuspect())
                .filter(candidate -> request.attempts().stream().noneMatch(had -> had.isOf(candidate.id())))
                .toList();
        if (others.isEmpty()) {
            return false;
        }
        ReplicaId chosen = desk.choose(others, request.ask()).id();
        var more = new LinkedHashMap<>(by);
        more.put(number, chosen);
        cases.put(request.id(), new Case(request, version, more, number, desk.now));
        desk.tell(chosen, new FleetEvent.Sent(chosen, false));
        List<Integer> all = IntStream.range(0, request.items().size()).boxed().toList();
        long until = desk.now + desk.options.compareMax().toNanos();
        desk.act(new Command.Send(request.id(), number, chosen, all, until));
        return true;
    }

    private Optional<Case> open(RequestId id, int number) {
        return Optional.ofNullable(cases.get(id)).filter(known -> known.open() == number);
    }

    private ReplicaId asked(Case known) {
        return Optional.ofNullable(known.by().get(known.open())).orElseThrow();
    }

    /** Returns whether that was an attempt of a comparison. */
    boolean answered(RequestId id, int number, boolean isFinite) {
        Optional<Case> found = open(id, number);
        found.ifPresent(known -> {
            ReplicaId replica = asked(known);
            desk.tell(replica, new FleetEvent.Answered(replica, desk.now - known.since()));
            desk.tell(replica, new FleetEvent.Ended(replica, false));
            if (isFinite) {
                cases.put(id, new Case(known.request(), known.version(), known.by(), -1, known.since()));
                desk.act(new Command.Compare(id, List.copyOf(known.by().keySet())));
            } else {
                desk.tell(
                        replica,
                        new FleetEvent.Found(
                                replica,
                                new Finding.NotFinite(
                                        "it gave NaN or infinity for %s, which another answered".formatted(id))));
                forget(id);
            }
        });
        return found.isPresent();
    }

    /** Returns whether that was an attempt of a comparison. */
    boolean failed(RequestId id, int number) {
        Optional<Case> found = open(id, number);
        found.ifPresent(known -> {
            desk.tell(asked(known), new FleetEvent.Ended(asked(known), false));
            forget(id);
        });
        return found.isPresent();
    }

    private void forget(RequestId id) {
        if (cases.remove(id) != null) {
            desk.act(new Command.Forget(id));
        }
    }

    void compared(RequestId id, List<List<Integer>> groups) {
        Case known = cases.get(id);
        if (known == null || known.open() >= 0) {
            return;
        }
        if (groups.size() <= 1) {
            forget(id);
            return;
        }
        int next = known.by().keySet().stream().mapToInt(i -> i).max().orElse(0) + 1;
        if (known.by().size() == 2 && send(known.request(), known.version(), known.by(), next)) {
            return;
        }
        List<Integer> odd =
                groups.stream().filter(group -> group.size() == 1).findFirst().orElse(List.of());
        if (known.by().size() == 3 && groups.size() == 2 && !odd.isEmpty()) {
            ReplicaId outvoted =
                    Optional.ofNullable(known.by().get(odd.getFirst())).orElseThrow();
            desk.tell(
                    outvoted,
                    new FleetEvent.Found(
                            outvoted,
                            new Finding.Outvoted("two others agree on %s, and it gave another answer".formatted(id))));
        } else {
            known.by().values().forEach(replica -> desk.tell(replica, new FleetEvent.Doubted(replica)));
            desk.say(new Notice.Undecided(
                    id, "%d replicas gave %d answers".formatted(known.by().size(), groups.size())));
        }
        forget(id);
    }

    /** A replica that is gone, or wrong, takes no part any more. */
    void without(ReplicaId replica) {
        for (Case known : new ArrayList<>(cases.values())) {
            if (known.by().containsValue(replica)) {
                end(known);
            }
        }
    }

    /** Comparisons that take too long are given up: a replica that is late for other reasons is found by others. */
    void expire() {
        for (Case known : new ArrayList<>(cases.values())) {
            if (desk.now - known.since() > desk.options.compareMax().toNanos()) {
                end(known);
            }
        }
    }

    private void end(Case known) {
        if (known.open() >= 0) {
            desk.act(new Command.Cancel(known.request().id(), known.open(), asked(known)));
            desk.tell(asked(known), new FleetEvent.Ended(asked(known), false));
        }
        forget(known.request().id());
    }

    int size() {
        return cases.size();
    }
}

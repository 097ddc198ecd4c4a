package dev.perdure.routing;

import dev.perdure.routing.Attempt.End;
import dev.perdure.routing.Attempt.Kind;
import dev.perdure.routing.Request.Item;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What one item of a {@link Request} needs next; with it, all items that are in the same position. */
final class Turns {
    private static final int USUAL_TIMES = 2;
    private static final int RESCUE_MIN = 4;
    private static final int RESCUE_MAX = 8;
    private static final long MILLISECOND = 1_000_000;

    private final Request request;
    private final Request.View view;
    private final long now;

    Turns(Request request, Request.View view, long now) {
        this.request = request;
        this.view = view;
        this.now = now;
    }

    Next of(int index) {
        Item item = request.items().get(index);
        if (item.tier() == request.ask().tiers().size()) {
            return failure(index);
        }
        return switch (request.ask().tiers().get(item.tier())) {
            case Tier.Model model -> ofModel(index, model.version());
            case Tier.KnownGood _, Tier.Rule _ -> fallback(item.tier());
        };
    }

    private Next failure(int index) {
        String digest = request.items().get(index).digest();
        String said = request.said();
        if (view.isQuarantined(digest)) {
            return new Next.Fail(
                    Status.QUARANTINED,
                    "input %s was being computed when two replicas ended, or more, and is not tried again for now"
                            .formatted(digest));
        }
        boolean isError = request.attempts().stream()
                .anyMatch(attempt -> attempt.items().contains(index)
                        && (attempt.end() == End.ERROR || attempt.end() == End.NOT_FINITE));
        return isError
                ? new Next.Fail(Status.ERROR, "replicas fail on input " + digest + said)
                : new Next.Fail(Status.UNAVAILABLE, "nobody can answer" + said);
    }

    private Next fallback(int tier) {
        List<Integer> unasked = indices(i -> isOpenAt(i, tier) && !request.has(i, tier, _ -> true));
        long until = request.until(tier);
        return unasked.isEmpty() ? new Next.Wait(until) : new Next.Fallback(tier, unasked, until);
    }

    private boolean isOpenAt(int index, int tier) {
        Item item = request.items().get(index);
        return item.isOpen() && item.tier() == tier;
    }

    private interface Which {
        boolean is(int index);
    }

    private List<Integer> indices(Which which) {
        var found = new ArrayList<Integer>();
        for (int i = 0; i < request.items().size(); i++) {
            if (which.is(i)) {
                found.add(i);
            }
        }
        return found;
    }

    private Next ofModel(int index, String version) {
        int tier = request.items().get(index).tier();
        for (Attempt attempt : request.attempts()) {
            if (isUnderWay(attempt, index, tier)) {
                return hedge(attempt, version);
            }
        }
        return isToBeExplained(index) ? new Next.Wait(request.until(tier)) : send(index, tier, version);
    }

    /**
     * Returns whether it is not sent on before it is known how those ended that have it. One such end is no reason to wait: nearly
     * always somebody ended the process from outside. With two, or one before, waiting costs less than a third replica would.
     */
    private boolean isToBeExplained(int index) {
        long ending = ending(index);
        return ending > 1
                || (ending > 0 && view.isTainted(request.items().get(index).digest()));
    }

    /** Returns how many have the item whose processes are about to be gone. */
    private long ending(int index) {
        return request.attempts().stream()
                .filter(attempt -> attempt.isOpen() && attempt.items().contains(index))
                .filter(attempt -> attempt.replica().filter(view::isEnding).isPresent())
                .count();
    }

    private boolean isUnderWay(Attempt attempt, int index, int tier) {
        return attempt.isOpen()
                && attempt.tier() == tier
                && attempt.items().contains(index)
                && attempt.replica().filter(view::isHeldUp).isEmpty();
    }

    private Next send(int index, int tier, String version) {
        List<Candidate> rotation = view.rotation(version);
        Set<ReplicaId> excluded = excluded(index);
        List<Candidate> candidates = rotation.stream()
                .filter(candidate -> !excluded.contains(candidate.id()))
                .toList();
        if (candidates.isEmpty()) {
            return new Next.Wait(wake(index, tier));
        }
        if (isSuspect(index)) {
            return sendAlone(index, tier, version, candidates);
        }
        List<Integer> together = indices(i -> isOpenAt(i, tier)
                && !isSuspect(i)
                && request.attempts().stream().noneMatch(attempt -> isUnderWay(attempt, i, tier))
                && excluded(i).equals(excluded));
        return new Next.Send(view.choose(candidates, request.ask()).id(), tier, together, Kind.PLAIN);
    }

    /** What one has that ends may have ended it. */
    private boolean isSuspect(int index) {
        return view.isSuspect(request.items().get(index).digest()) || ending(index) > 0;
    }

    /** With no other suspect beside it as long as there is time: otherwise a second death would not tell them apart. */
    private Next sendAlone(int index, int tier, String version, List<Candidate> candidates) {
        List<Candidate> free =
                candidates.stream().filter(candidate -> !candidate.hasSuspect()).toList();
        long latest = request.until(tier) - USUAL_TIMES * view.usualNanos(version);
        if (free.isEmpty() && now < latest) {
            return new Next.Wait(latest);
        }
        Candidate chosen = view.choose(free.isEmpty() ? candidates : free, request.ask());
        return new Next.Send(chosen.id(), tier, List.of(index), Kind.SUSPECT);
    }

    /** Returns whom an item must not be sent to: whoever has had it, unless that was long enough ago and it was not taken. */
    private Set<ReplicaId> excluded(int index) {
        var excluded = new TreeSet<ReplicaId>();
        long again = request.options().again().toNanos();
        for (Attempt attempt : request.attempts()) {
            boolean isFree = attempt.end() == End.TURNED_AWAY && now - attempt.endedAt() >= again;
            if (attempt.items().contains(index) && !isFree) {
                attempt.replica().ifPresent(excluded::add);
            }
        }
        return excluded;
    }

    private long wake(int index, int tier) {
        long wake = request.until(tier);
        for (Attempt attempt : request.attempts()) {
            if (attempt.items().contains(index) && attempt.end() == End.TURNED_AWAY) {
                long again = attempt.endedAt() + request.options().again().toNanos();
                wake = again > now ? Math.min(wake, again) : wake;
            }
        }
        long patience = request.items().get(index).tierSince()
                + request.options().patience().toNanos();
        boolean isLast = tier == request.ask().tiers().size() - 1;
        return !isLast && patience > now ? Math.min(wake, patience) : wake;
    }

    /**
     * An attempt that takes longer than usual is sent elsewhere too if there is budget, and in any case when half of the
     * tier's time is over or it takes eight times as long, and four times at least: whatever holds it up may not be known
     * yet, and it takes room from others.
     */
    private Next hedge(Attempt attempt, String version) {
        long until = request.until(attempt.tier());
        long usual = view.usualNanos(version);
        long hedgeAt = attempt.since() + usual;
        long half = (until - attempt.since()) / 2;
        long rescueAt = attempt.since() + Math.clamp(half, RESCUE_MIN * usual, RESCUE_MAX * usual);
        if (isTainted(attempt) || isDoubled(attempt) || hedgeAt >= until) {
            return new Next.Wait(until);
        }
        if (now < hedgeAt) {
            return new Next.Wait(hedgeAt);
        }
        boolean isRescue = now >= rescueAt;
        List<Integer> open =
                indices(i -> isOpenAt(i, attempt.tier()) && attempt.items().contains(i));
        List<Candidate> others = others(open, version);
        if (others.isEmpty() || !(isRescue || view.mayHedge())) {
            return new Next.Wait(Math.min(until, now + Math.max(usual, MILLISECOND)));
        }
        return new Next.Send(
                view.choose(others, request.ask()).id(), attempt.tier(), open, isRescue ? Kind.RESCUE : Kind.HEDGE);
    }

    /** What may end whoever has it is not given to a second one while the first has it. */
    private boolean isTainted(Attempt attempt) {
        return attempt.kind() == Kind.SUSPECT
                || attempt.items().stream()
                        .anyMatch(i -> view.isTainted(request.items().get(i).digest()));
    }

    private boolean isDoubled(Attempt attempt) {
        return request.attempts().stream()
                .anyMatch(other -> other.number() != attempt.number()
                        && other.isOpen()
                        && other.items().stream().anyMatch(attempt.items()::contains));
    }

    private List<Candidate> others(List<Integer> items, String version) {
        var excluded = new TreeSet<ReplicaId>();
        items.forEach(i -> excluded.addAll(excluded(i)));
        return view.rotation(version).stream()
                .filter(candidate -> !excluded.contains(candidate.id()) && !candidate.hasSuspect())
                .toList();
    }
}

package dev.perdure.routing;

import dev.perdure.routing.Attempt.End;
import dev.perdure.routing.Attempt.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A request until it is answered: who was asked for which of its items, and how that ended. A value; {@link #turn} says
 * what it needs next.
 *
 * <p>Each item goes down the tiers by itself. It leaves a tier when the tier's share of the time is over, when two
 * replicas gave an error, when nobody is there for longer than patience, or when it is quarantined; an answer of a tier
 * it has left still counts. An item never goes to a replica that it has been with, unless that did not take it.
 *
 * @param since when it was let in
 * @param attempts in the order they were sent
 */
public record Request(RequestId id, Ask ask, Options options, long since, List<Item> items, List<Attempt> attempts) {
    private static final int NOBODY = -1;

    /**
     * Settings.
     *
     * @param patience how long an item waits for a replica while a further tier could answer
     * @param again how long until a replica that did not take an item is asked again
     * @param errorsMax errors from different replicas after which it is the item that is wrong, >= 1
     * @param attemptsMax how often an item is sent within a tier, >= errorsMax
     */
    public record Options(Duration patience, Duration again, int errorsMax, int attemptsMax) {
        public Options {
            Checks.notNegative("patience", patience);
            Checks.positive("again", again);
            Checks.atLeast("errorsMax", errorsMax, 1);
            Checks.atLeast("attemptsMax", attemptsMax, errorsMax);
        }

        /** Returns the usual. */
        public static Options usual() {
            return new Options(Duration.ofMillis(300), Duration.ofMillis(10), 2, 50);
        }
    }

    /**
     * One of the inputs.
     *
     * @param tier where it is
     * @param tierSince since when
     * @param by number of the attempt that answered it, -1 while none has
     */
    public record Item(String digest, int tier, long tierSince, int by) {
        boolean isOpen() {
            return by == NOBODY;
        }
    }

    /** What a request can see of the world. */
    public interface View {
        /** Returns who may be sent items for a version now. */
        List<Candidate> rotation(String version);

        /** Returns whether as many replicas of a version are in use as are wanted: no other is about to come. */
        boolean isWhole(String version);

        /** Returns whether what a replica was sent is not expected back soon. */
        boolean isHeldUp(ReplicaId replica);

        /** Returns whether a replica's process ends, and how is not known yet. */
        boolean isEnding(ReplicaId replica);

        /** Returns whether no replica may be sent this item. */
        boolean isQuarantined(String digest);

        /** Returns whether this item may be what ended a replica. */
        boolean isSuspect(String digest);

        /** Returns whether a replica that had this item ended, by whatever cause, and nobody has answered it since. */
        boolean isTainted(String digest);

        /** Returns how long an answer usually takes at most: hedges are sent after this. */
        long usualNanos(String version);

        /** Returns whether there is budget for a hedge. */
        boolean mayHedge();

        /** Returns one of several candidates, at least one. */
        Candidate choose(List<Candidate> candidates, Ask ask);
    }

    /** A request one decision on. */
    public record Turn(Request request, Next next) {}

    public Request {
        items = List.copyOf(items);
        attempts = List.copyOf(attempts);
    }

    /** Returns a request of which nothing has been sent. */
    public static Request of(RequestId id, Ask ask, Options options, long now) {
        return new Request(
                id,
                ask,
                options,
                now,
                ask.digests().stream()
                        .map(digest -> new Item(digest, 0, now, NOBODY))
                        .toList(),
                List.of());
    }

    /** Returns the request with the next thing decided; whoever does it calls again until that is to wait, or the end. */
    public Turn turn(View view, long now) {
        Request moved = movedOn(view, now);
        return new Turn(moved, moved.next(view, now));
    }

    private Next next(View view, long now) {
        if (items.stream().noneMatch(Item::isOpen)) {
            return new Next.Answer(parts());
        }
        if (now >= ask.deadline()) {
            return new Next.Fail(Status.DEADLINE, "it was not answered in time" + said());
        }
        var turns = new Turns(this, view, now);
        long wake = ask.deadline();
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i).isOpen()) {
                Next next = turns.of(i);
                if (!(next instanceof Next.Wait wait)) {
                    return next;
                }
                wake = Math.min(wake, wait.until());
            }
        }
        return new Next.Wait(wake);
    }

    private List<Next.Part> parts() {
        var by = new TreeMap<Integer, List<Integer>>();
        for (int i = 0; i < items.size(); i++) {
            by.computeIfAbsent(items.get(i).by(), _ -> new ArrayList<>()).add(i);
        }
        return by.entrySet().stream()
                .map(part -> new Next.Part(attempts.get(part.getKey()).tier(), part.getKey(), part.getValue()))
                .toList();
    }

    /** Returns how the last attempts ended, for whoever is told that there is no answer. */
    String said() {
        return attempts.isEmpty()
                ? ""
                : "; the last of %d attempts: %s"
                        .formatted(attempts.size(), attempts.getLast().end());
    }

    private Request movedOn(View view, long now) {
        var next = new ArrayList<Item>();
        for (int i = 0; i < items.size(); i++) {
            Item item = items.get(i);
            while (item.isOpen() && item.tier() < ask.tiers().size() && isOver(item, i, view, now)) {
                item = new Item(item.digest(), item.tier() + 1, now, NOBODY);
            }
            next.add(item);
        }
        return next.equals(items) ? this : new Request(id, ask, options, since, next, attempts);
    }

    private boolean isOver(Item item, int index, View view, long now) {
        boolean isLast = item.tier() == ask.tiers().size() - 1;
        if (!isLast && now >= until(item.tier())) {
            return true;
        }
        return switch (ask.tiers().get(item.tier())) {
            case Tier.KnownGood _, Tier.Rule _ -> has(index, item.tier(), attempt -> attempt.end() == End.NOTHING);
            case Tier.Model model -> {
                List<Candidate> rotation = view.rotation(model.version());
                boolean hasWaited =
                        !isLast && now - item.tierSince() >= options.patience().toNanos();
                boolean nobodyElse = isTriedBy(rotation, item, index);
                yield view.isQuarantined(item.digest())
                        || isTried(item, index)
                        || (nobodyElse && (hasWaited || view.isWhole(model.version())));
            }
        };
    }

    /** Returns whether it is the item that is wrong, as far as one can tell. */
    private boolean isTried(Item item, int index) {
        int errors = 0;
        int sent = 0;
        for (Attempt attempt : attempts) {
            if (attempt.tier() == item.tier() && attempt.items().contains(index)) {
                errors += isError(attempt) ? 1 : 0;
                sent++;
            }
        }
        return errors >= options.errorsMax() || sent >= options.attemptsMax();
    }

    private boolean isTriedBy(List<Candidate> rotation, Item item, int index) {
        return rotation.stream()
                .allMatch(candidate -> has(index, item.tier(), tried -> isError(tried) && tried.isOf(candidate.id())));
    }

    private static boolean isError(Attempt attempt) {
        return attempt.end() == End.ERROR || attempt.end() == End.NOT_FINITE;
    }

    boolean has(int index, int tier, Predicate<Attempt> which) {
        for (Attempt attempt : attempts) {
            if (attempt.tier() == tier && attempt.items().contains(index) && which.test(attempt)) {
                return true;
            }
        }
        return false;
    }

    /** Returns when a tier's share of the time is over: what later tiers need is kept for them. */
    long until(int tier) {
        double kept = 0;
        for (int later = tier + 1; later < ask.tiers().size(); later++) {
            kept += ask.tiers().get(later).reserve();
        }
        return ask.deadline() - (long) (Math.min(0.9, kept) * Math.max(0, ask.deadline() - since));
    }

    /** Returns the request after one more attempt was sent; its number is that of the last. */
    public Request sent(int tier, Optional<ReplicaId> replica, List<Integer> which, Kind kind, long now) {
        var more = new ArrayList<>(attempts);
        more.add(new Attempt(attempts.size(), tier, replica, which, kind, now, End.OPEN, 0));
        return new Request(id, ask, options, since, items, more);
    }

    /** Returns the request after an attempt has ended; one that had ended already stays as it is. */
    public Request ended(int number, End how, long now) {
        Attempt attempt = attempts.get(number);
        if (!attempt.isOpen()) {
            return this;
        }
        var changed = new ArrayList<>(attempts);
        changed.set(number, attempt.ended(how, now));
        var next = new ArrayList<>(items);
        if (how == End.ANSWERED) {
            attempt.items().forEach(i -> next.set(i, answered(next.get(i), number)));
        }
        return new Request(id, ask, options, since, next, changed);
    }

    /** Returns the request after a tier without replicas has answered some items of an attempt, and has none for the others. */
    public Request found(int number, List<Integer> answered, long now) {
        Attempt attempt = attempts.get(number);
        Request told = ended(number, End.NOTHING, now);
        if (!attempt.isOpen()) {
            return told;
        }
        var next = new ArrayList<>(told.items());
        answered.stream().filter(attempt.items()::contains).forEach(i -> next.set(i, answered(next.get(i), number)));
        return new Request(id, ask, options, since, next, told.attempts());
    }

    private static Item answered(Item item, int by) {
        return item.isOpen() ? new Item(item.digest(), item.tier(), item.tierSince(), by) : item;
    }

    /** Returns the request after what an attempt carries has come under suspicion. */
    Request suspected(int number) {
        var changed = new ArrayList<>(attempts);
        changed.set(number, attempts.get(number).suspected());
        return new Request(id, ask, options, since, items, changed);
    }

    /** Returns the request after all that a replica ever answered it is known to be worth nothing. */
    public Request discarded(ReplicaId replica, long now) {
        if (attempts.stream().noneMatch(attempt -> attempt.isOf(replica))) {
            return this;
        }
        var changed = attempts.stream()
                .map(attempt -> attempt.isOf(replica) && (attempt.isOpen() || attempt.end() == End.ANSWERED)
                        ? attempt.ended(End.DISCARDED, now)
                        : attempt)
                .toList();
        var next = items.stream()
                .map(item -> !item.isOpen() && changed.get(item.by()).end() == End.DISCARDED
                        ? new Item(item.digest(), item.tier(), item.tierSince(), NOBODY)
                        : item)
                .toList();
        return new Request(id, ask, options, since, next, changed);
    }

    /** Returns whether somebody who is expected to answer has been asked for every item that is not answered. */
    boolean isUnderWay(View view) {
        for (int i = 0; i < items.size(); i++) {
            Item item = items.get(i);
            if (item.isOpen() && !has(i, item.tier(), attempt -> isExpected(attempt, view))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isExpected(Attempt attempt, View view) {
        return attempt.isOpen() && attempt.replica().filter(view::isHeldUp).isEmpty();
    }

    /** Returns the open attempts at a replica. */
    public List<Attempt> openAt(ReplicaId replica) {
        return attempts.stream()
                .filter(attempt -> attempt.isOpen() && attempt.isOf(replica))
                .toList();
    }
}

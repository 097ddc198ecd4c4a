package dev.perdure.supervision;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** A collective group: it steps only when all its members are in it, alive and connected. */
final class SimGroup {
    final Generation generation;
    private final World world;
    private final Map<WorkerId, SimWorker> in = new HashMap<>();
    private final Set<WorkerId> formed = new LinkedHashSet<>();
    private final Set<WorkerId> applied = new LinkedHashSet<>();
    private final Map<WorkerId, SimWorker> ahead = new HashMap<>();
    private boolean copiesAhead;
    private boolean met;
    private boolean broken;

    SimGroup(World world, Generation generation) {
        this.world = world;
        this.generation = generation;
    }

    /** A member that nobody can be told apart from in what follows, so in order of rank. */
    List<SimWorker> members() {
        var members = new ArrayList<SimWorker>();
        for (Share share : generation.shares()) {
            SimWorker member = in.get(share.worker());
            if (member != null) {
                members.add(member);
            }
        }
        return members;
    }

    private boolean isWhole() {
        return !broken && in.size() == generation.shares().size();
    }

    boolean canCommit() {
        return met && isWhole();
    }

    boolean isOver() {
        return broken && in.isEmpty() && ahead.isEmpty();
    }

    /** One meets the others while it steps elsewhere, or before it steps at all. */
    void meetAhead(SimWorker member) {
        ahead.put(member.id, member);
        if (ahead.size() == generation.shares().size()) {
            copiesAhead = true;
            SimWorker source = source(ahead);
            for (Share share : generation.shares()) {
                SimWorker other = world.mustFind(ahead, share.worker());
                if (generation.isJoiner(other.id)) {
                    world.in(world.millis(5, 100), () -> copyAhead(other, source));
                } else {
                    world.in(world.millis(2, 10), () -> other.say(new FromWorker.Met(other.id, generation.number())));
                }
            }
        }
    }

    private SimWorker source(Map<WorkerId, SimWorker> where) {
        return world.mustFind(
                where, generation.shares().get(generation.source()).worker());
    }

    private void copyAhead(SimWorker joiner, SimWorker source) {
        if (!ahead.containsKey(joiner.id) || !ahead.containsKey(source.id)) {
            return;
        }
        if (joiner.isAway() || source.isAway()) {
            world.in(world.millis(10, 20), () -> copyAhead(joiner, source));
            return;
        }
        joiner.steps = source.steps;
        joiner.bits = source.bits;
        world.saw(new Observation.Copied(joiner.id, generation, joiner.position, source.position.orElse(-1)));
        joiner.position = source.position;
        joiner.phase = Progress.Phase.COPYING;
        joiner.say(new FromWorker.Met(joiner.id, generation.number()));
    }

    /** The source applied a step: joiners that have its state apply it as well. */
    private void follow(SimWorker source, long sum) {
        if (!copiesAhead
                || !source.id.equals(
                        generation.shares().get(generation.source()).worker())) {
            return;
        }
        for (WorkerId id : generation.joiners()) {
            SimWorker joiner = ahead.get(id);
            if (joiner != null && joiner.position.isPresent() && joiner.steps == source.steps - 1) {
                world.saw(new Observation.Applied(id, generation.number(), source.steps - 1, joiner.steps));
                joiner.steps++;
                joiner.bits += sum;
                joiner.position = source.position;
            }
        }
    }

    void leaveAhead(SimWorker member) {
        ahead.remove(member.id);
        if (!in.isEmpty()) {
            breakUp(); // the others have gone over, and wait for it
        }
    }

    /** One comes over from the generation before, in which nobody steps any more; the source brings the joiners. */
    void enter(SimWorker member) {
        ahead.remove(member.id);
        in.put(member.id, member);
        member.phase = Progress.Phase.EXCHANGING;
        if (member.id.equals(generation.shares().get(generation.source()).worker())) {
            for (WorkerId id : generation.joiners()) {
                SimWorker joiner = ahead.get(id);
                if (joiner != null) {
                    world.in(world.millis(0, 5), () -> joiner.whenAwake(joiner::goOver));
                } else {
                    broken = true;
                }
            }
        }
        if (broken) {
            breakUp();
        } else if (isWhole()) {
            met = true;
            members().forEach(other -> world.in(world.millis(0, 3), () -> isFormed(other)));
        }
    }

    void leaveInOrder(SimWorker member) {
        in.remove(member.id);
        broken = true;
    }

    void arrive(SimWorker member) {
        in.put(member.id, member);
        member.phase = Progress.Phase.MEETING;
        if (broken) {
            world.in(world.millis(1, 80), () -> brokenFor(member));
        } else if (isWhole()) {
            world.in(world.millis(2, 10), this::copy);
        } else {
            world.in(world.millis(3_000, 3_100), () -> {
                if (!met) {
                    leave(member);
                    member.groupBroken(this, "the others did not come");
                }
            });
        }
    }

    /** Somebody goes, or dies; the others notice, sooner or later. */
    void leave(SimWorker member) {
        if (in.remove(member.id) != null) {
            breakUp();
        }
    }

    private void breakUp() {
        broken = true;
        for (SimWorker other : members()) {
            world.in(world.millis(1, 80), () -> brokenFor(other));
        }
    }

    private void brokenFor(SimWorker member) {
        member.whenAwake(() -> {
            if (in.remove(member.id) != null) {
                member.groupBroken(this, "connection reset by peer");
            }
        });
    }

    private void copy() {
        if (!isWhole() || met) {
            return;
        }
        met = true;
        SimWorker source =
                world.mustFind(in, generation.shares().get(generation.source()).worker());
        boolean takesCheckpoint = generation.position().isEmpty();
        generation.notAfter().ifPresent(world::withdrawAfter);
        if (takesCheckpoint) {
            Map.Entry<Long, Long> newest =
                    Optional.ofNullable(world.checkpoints.lastEntry()).orElse(Map.entry(0L, 0L));
            source.position = OptionalLong.of(newest.getKey());
            source.steps = newest.getKey() / 2;
            source.bits = newest.getValue();
        }
        for (SimWorker member : members()) {
            boolean copies = !member.id.equals(source.id)
                    && (takesCheckpoint
                            || generation.notAfter().isPresent()
                            || !member.position.equals(source.position));
            if (!copies) {
                world.in(world.millis(1, 5), () -> isFormed(member));
                continue;
            }
            OptionalLong had = member.position;
            member.position = OptionalLong.empty(); // half copied is nothing
            member.phase = Progress.Phase.COPYING;
            world.in(world.millis(5, 60), () -> copied(member, source, had));
        }
    }

    private void copied(SimWorker member, SimWorker source, OptionalLong had) {
        if (!in.containsKey(member.id) || !in.containsKey(source.id)) {
            return;
        }
        if (member.isAway() || source.isAway()) {
            world.in(world.millis(10, 20), () -> copied(member, source, had));
            return;
        }
        member.position = source.position;
        member.steps = source.steps;
        member.bits = source.bits;
        world.saw(new Observation.Copied(member.id, generation, had, member.position.orElse(-1)));
        isFormed(member);
    }

    private void isFormed(SimWorker member) {
        if (broken || !in.containsKey(member.id)) {
            return;
        }
        member.say(new FromWorker.Formed(member.id, generation.number(), member.position.orElse(-1)));
        formed.add(member.id);
        member.phase = Progress.Phase.EXCHANGING;
        if (formed.size() == generation.shares().size()) {
            if (isWhole()) {
                world.formed(members());
            }
            next();
        }
    }

    private void next() {
        if (!isWhole()) {
            return;
        }
        if (members().getFirst().steps >= world.steps) {
            members().forEach(member -> world.in(world.millis(1, 30), () -> member.finished(this)));
            return;
        }
        world.in(world.millis(10, 40), this::exchange);
    }

    private void exchange() {
        if (!isWhole()) {
            return;
        }
        for (SimWorker member : members()) {
            member.phase = member.hangs ? Progress.Phase.DATA : Progress.Phase.EXCHANGING;
        }
        if (members().stream().anyMatch(member -> member.isAway() || member.hangs)) {
            world.in(world.millis(20, 30), this::exchange);
            return;
        }
        world.saw(new Observation.Stepped(
                generation,
                members().stream()
                        .map(member -> world.mustFind(in, member.id).share)
                        .toList(),
                members().stream().map(member -> member.position.orElse(-1)).toList()));
        long step = members().getFirst().steps;
        var culprits = new ArrayList<WorkerId>();
        long sum = sum(step, culprits);
        boolean checks = (step + 1) % world.checkEvery == 0 || (step + 1 == world.steps && world.isNumeric);
        if (checks && !culprits.isEmpty()) {
            List<WorkerId> named = members().size() > 2 ? culprits : List.of();
            members().forEach(member -> world.in(world.millis(0, 3), () -> member.miscomputed(this, named)));
            return;
        }
        if (checks) {
            SimWorker first = members().getFirst();
            first.say(new FromWorker.Checked(first.id, generation.number(), 2 * (step + 1)));
        }
        applied.clear();
        Optional<SimGroup> next = members().getFirst().goesOver();
        boolean allGo = next.isPresent()
                && members().stream().allMatch(member -> member.goesOver().equals(next));
        for (SimWorker member : members()) {
            world.in(world.millis(0, 3), () -> member.whenAwake(() -> apply(member, step, sum, allGo)));
        }
    }

    /** Sums the microbatches' gradients, each computed from its owner's own weights. */
    private long sum(long step, List<WorkerId> culprits) {
        long sum = 0;
        for (SimWorker member : computing()) {
            long error = member.error();
            if (error != 0) {
                culprits.add(member.id);
            }
            for (int microbatch = member.share.from(); microbatch < member.share.to(); microbatch++) {
                sum += World.gradient(member.bits, step, microbatch) + error;
            }
        }
        return sum;
    }

    List<SimWorker> computing() {
        return members().stream().filter(member -> !member.share.isSpare()).toList();
    }

    private void apply(SimWorker member, long step, long sum, boolean goesOver) {
        if (!in.containsKey(member.id)) {
            return;
        }
        world.saw(new Observation.Applied(member.id, generation.number(), step, member.steps));
        member.steps++;
        member.bits += sum;
        member.position = OptionalLong.of(2 * member.steps);
        if (generation.shares().getFirst().worker().equals(member.id) && member.steps % 5 == 0) {
            member.saves();
        }
        if (member.steps % 2 == 0) {
            member.say(new FromWorker.Stands(member.id, generation.number(), 2 * member.steps, member.bits));
        }
        member.ahead().ifPresent(coming -> coming.follow(member, sum));
        if (goesOver) {
            member.goOver();
            return;
        }
        applied.add(member.id);
        if (applied.size() == generation.shares().size()) {
            next();
        }
    }
}

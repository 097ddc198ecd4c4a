package dev.perdure.supervision;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Takes workers in while the others step: their generation is met for ahead, its joiners copy and follow, and then all go over
 * at once.
 *
 * <pre>
 * none       becomes written    when somebody has joined whom the running generation lacks
 * written    becomes meeting    when it is durable: its members are told
 * meeting    becomes switching  when all have met and the joiners are up to date: they are told to go over
 * switching  becomes none       when the first of them speaks of it: it is the running generation
 * any        becomes none       when a joiner fails before the switch, and nobody else is concerned; or with a regrouping
 * </pre>
 */
final class Extending {
    private final Desk desk;
    private final Grouping group;
    private Optional<Generation> next = Optional.empty();
    private final Set<WorkerId> met = new HashSet<>();
    private boolean switching;
    private long since;

    Extending(Desk desk, Grouping group) {
        this.desk = desk;
        this.group = group;
    }

    boolean isUnderWay() {
        return next.isPresent();
    }

    void begin(Generation running, Generation coming) {
        ends();
        next = Optional.of(coming);
        since = desk.clock;
        desk.say("generation %d is met for while generation %d steps: %s join"
                .formatted(coming.number(), running.number(), coming.joiners()));
        desk.outbox.add(new Fact.Formed(coming, "workers have joined"));
    }

    /** Returns whether this generation is the one to come; if so its members are told. */
    boolean durable(Generation generation) {
        boolean isNext = next.isPresent() && next.get().equals(generation);
        if (isNext) {
            meet(generation, true);
            desk.tellAll(generation, new ToWorker.Extend(desk.epoch, generation));
        }
        return isNext;
    }

    /** A member has met the others. */
    void met(Life life, long number) {
        if (next.isEmpty()
                || next.get().number() != number
                || next.get().rankOf(life.id).isEmpty()) {
            return;
        }
        boolean isNew = met.add(life.id);
        if (isNew && met.size() == next.get().shares().size()) {
            switching = true;
            meet(next.get(), false);
            desk.tellAll(next.get(), new ToWorker.Switch(desk.epoch, number));
        }
    }

    private void meet(Generation generation, boolean isMeeting) {
        for (WorkerId joiner : generation.joiners()) {
            desk.roster.find(joiner).ifPresent(life -> life.meeting = isMeeting);
        }
    }

    /** Returns the generation to come, if that is this one, and its members may speak of it. */
    Optional<Generation> begun(long number) {
        return next.filter(coming -> switching && coming.number() == number);
    }

    /** Looks whether it can still come. */
    void check() {
        if (next.isEmpty()) {
            return;
        }
        Generation coming = next.get();
        if (!desk.roster.members(coming, Life::isJoined)) {
            boolean concernsAll = switching;
            ends();
            if (concernsAll) {
                group.regroup("generation %d lost a member before it began".formatted(coming.number()));
            }
        } else if (desk.clock - since > desk.run.patience().extend().toNanos()) {
            group.regroup("generation %d was not met for in time".formatted(coming.number()));
        }
    }

    void ends() {
        next = Optional.empty();
        met.clear();
        switching = false;
    }
}

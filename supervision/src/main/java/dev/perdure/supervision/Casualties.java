package dev.perdure.supervision;

import java.util.List;
import java.util.Optional;

/** Books what failed: in the slots' histories, and as incidents. */
final class Casualties {
    /** A group that does not answer, while nobody knows why. */
    private record Broken(String kind, String evidence) {}

    private final Desk desk;
    private String last = "no worker joined";
    private Optional<Broken> broken = Optional.empty();

    Casualties(Desk desk) {
        this.desk = desk;
    }

    /** Returns what failed last, for a person. */
    String last() {
        return last;
    }

    /** A group does not answer. Mostly a member's failure shows why, a moment later. */
    void broken(String kind, String evidence) {
        broken = broken.or(() -> Optional.of(new Broken(kind, evidence)));
    }

    /** A worker failed. */
    void blame(Life life, Failure failure, long generation, long detectNanos) {
        boolean isMember = life.generation > 0 || life.ready;
        desk.staffing.failed(life.slot, failure, desk.clock);
        last = life.id + ": " + failure.evidence();
        broken = isMember ? Optional.empty() : broken;
        String action = "%s; %s"
                .formatted(
                        isMember ? "fenced, and the others go on without it" : "fenced",
                        desk.staffing.prospect(life.slot, desk.clock));
        desk.say("%s failed: %s. %s".formatted(life.id, failure.evidence(), action));
        desk.journal.open(
                failure.kind(),
                Optional.of(life.id),
                generation,
                failure.evidence(),
                action,
                "every member has the whole state, so the survivors lose at most the step in flight",
                List.of(
                        "wait for it: the others cannot step without it, and it may never answer",
                        "restart everyone from the newest checkpoint: that redoes all steps since"),
                detectNanos,
                desk.clock);
    }

    /** All are there and stand still: if a group was broken without anybody's failing, that is an incident of its own. */
    void explain(long generation) {
        broken.ifPresent(what -> {
            last = what.evidence();
            desk.journal.open(
                    what.kind(),
                    Optional.empty(),
                    generation,
                    what.evidence(),
                    "the same members form a new group",
                    "all of them answer, so nobody needs to go",
                    List.of("fence one of them: nothing says which"),
                    0,
                    desk.clock);
        });
        broken = Optional.empty();
    }

    /** Members stand at the same position in different states. */
    void differ(String kind, String evidence, long generation) {
        last = evidence;
        desk.journal.open(
                kind,
                Optional.empty(),
                generation,
                evidence,
                "everyone goes back to the newest intact checkpoint from when all were known to be right",
                "nothing has more than half of the members behind it, so it is undecided who was wrong",
                List.of("believe one of them: nothing says which", "stop: the steps since can be redone"),
                0,
                desk.clock);
    }
}

package dev.perdure.supervision;

import dev.perdure.reliability.Decision;
import dev.perdure.reliability.Evidence;
import dev.perdure.reliability.RecoveryBudget;
import dev.perdure.reliability.RecoveryPlanner.Option;
import dev.perdure.reliability.Strategy;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Books what failed: in the slots' histories, and as incidents, with what was decided about them. */
final class Casualties {
    /** A pace that is too slow does not mend by trying again and again, however many steps it takes. */
    private static final RecoveryBudget OF_PACE = new RecoveryBudget(2, 12, Long.MAX_VALUE);

    private static final RecoveryBudget OF_GROUP = new RecoveryBudget(Integer.MAX_VALUE, Integer.MAX_VALUE, 1);
    private static final String GROUP = "the group";

    /** A group that does not answer, while nobody knows why. */
    private record Broken(String kind, String evidence) {}

    private final Desk desk;
    private final Recoveries recoveries;
    private String last = "no worker joined";
    private Optional<Broken> broken = Optional.empty();

    Casualties(Desk desk) {
        this.desk = desk;
        recoveries = new Recoveries(desk);
    }

    /** Returns what failed last, for a person. */
    String last() {
        return last;
    }

    /** A group does not answer. Mostly a member's failure shows why, a moment later. */
    void broken(String kind, String evidence) {
        broken = broken.or(() -> Optional.of(new Broken(kind, evidence)));
    }

    /** A worker failed, and is fenced or gone: decides what becomes of its slot. */
    void blame(Life life, Failure failure, long generation, long detectNanos) {
        boolean isMember = life.generation > 0 || life.ready;
        desk.staffing.failed(life.slot, failure, desk.clock);
        last = life.id + ": " + failure.evidence();
        broken = isMember ? Optional.empty() : broken;
        String target = Staffing.target(life.slot);
        Decision decision = life.decided.orElseGet(() -> desk.counsel.decide(new Counsel.Question(
                List.of(new Evidence(failure.shows(), 1, 1, failure.evidence())),
                failure.isThere() ? desk.counsel.absentWhenThere() : Set.of(),
                target,
                hostOf(life),
                recoveries.afterFailure(life),
                desk.staffing.attempts(life.slot),
                desk.run.budgets().recovery())));
        String action = "%s; %s".formatted(fenced(isMember, life), follow(life, decision.chosen()));
        desk.say("%s failed: %s. %s".formatted(life.id, failure.evidence(), action));
        desk.trials.tries(
                life.decided.isPresent() ? paceOf(life.slot) : target,
                desk.journal.open(
                        failure.kind(),
                        Optional.of(life.id),
                        generation,
                        failure.evidence(),
                        action,
                        because(decision),
                        Optional.of(decision),
                        detectNanos,
                        desk.clock));
    }

    private Optional<String> hostOf(Life life) {
        return Optional.of(desk.staffing.slot(life.slot).host())
                .filter(host -> desk.run.hosts().size() > 1);
    }

    private String fenced(boolean isMember, Life life) {
        boolean alone = desk.roster.joined().stream().noneMatch(other -> other != life);
        return isMember && !alone ? "fenced, and the others go on without it" : "fenced";
    }

    /** Does what was decided about a slot, and returns what that is. */
    private String follow(Life life, Strategy chosen) {
        return switch (chosen) {
            case Strategy.RestartWorker _, Strategy.RestartAll _, Strategy.RollBack _, Strategy.ReplayRecipe _ ->
                launched("a replacement is launched", life.slot);
            case Strategy.ReplaceFromSpare _ -> {
                boolean refused = desk.staffing.refusal(life.slot).isPresent();
                yield "a spare takes its place"
                        + (refused ? "" : launched(", and another spare is launched", life.slot));
            }
            case Strategy.RestartElsewhere elsewhere -> {
                desk.staffing.isOn(life.slot, elsewhere.host());
                yield launched("a replacement is launched on " + elsewhere.host(), life.slot);
            }
            case Strategy.ContinueWithout _ -> {
                desk.staffing.leave(life.slot);
                yield "nothing is launched in its place"
                        + desk.staffing
                                .refusal(life.slot)
                                .map(why -> ": " + why)
                                .orElse("");
            }
            case Strategy.Stop _ -> "nothing is launched in its place any more";
            case Strategy.CarryOn _, Strategy.SkipBatch _, Strategy.RollBackSlower _ ->
                throw new IllegalStateException(chosen + " is no answer to a failed worker");
        };
    }

    private String launched(String what, int slot) {
        long pause = desk.staffing.pause(slot, desk.clock);
        return pause == 0
                ? what + " at once"
                : "%s in %d ms, because it failed %d times in a row"
                        .formatted(
                                what,
                                pause / 1_000_000,
                                desk.staffing.slot(slot).failures());
    }

    private static String because(Decision decision) {
        String belief = "most likely " + decision.diagnosis().words();
        return decision.alternatives().stream()
                .filter(alternative -> alternative.strategy().equals(decision.chosen()))
                .findFirst()
                .map(chosen ->
                        "%s; of what is possible, to %s costs least for its chance".formatted(belief, chosen.words()))
                .orElse(belief + "; nothing that could help is left to try");
    }

    /** All are there and stand still: if a group was broken without anybody's failing, that is an incident of its own. */
    void explain(long generation) {
        broken.ifPresent(what -> {
            last = what.evidence();
            aboutGroup(
                    what.kind(),
                    what.evidence(),
                    generation,
                    "the same members form a new group",
                    recoveries.whenBroken());
        });
        broken = Optional.empty();
    }

    /** Members stand at the same position in different states. */
    void differ(String kind, String evidence, long generation) {
        last = evidence;
        aboutGroup(
                kind,
                evidence,
                generation,
                "everyone goes back to the newest intact checkpoint from when all were known to be right",
                recoveries.whenNumbersDiffer());
    }

    /** Numbers are wrong, and it is known whose. */
    void wrong(String evidence, long generation, String action) {
        aboutGroup("numbers-wrong", evidence, generation, action, recoveries.whenNumbersAreWrong());
    }

    /** A step gave no finite numbers, and this is done about it. */
    void notFinite(String evidence, long generation, String action, Divergences.Remedy remedy) {
        aboutGroup("non-finite", evidence, generation, action, recoveries.whenNotFinite(remedy));
    }

    /** Records an incident of the whole group, with what was decided among these. */
    Decision aboutGroup(String kind, String evidence, long generation, String action, List<Option> options) {
        Decision decision = desk.counsel.decide(new Counsel.Question(
                Counsel.evidence(kind, evidence),
                kind.equals("group-stuck") ? desk.counsel.absentWhenThere() : Set.of(),
                GROUP,
                Optional.empty(),
                options,
                List.of(),
                OF_GROUP));
        desk.trials.tries(
                GROUP,
                desk.journal.open(
                        kind,
                        Optional.empty(),
                        generation,
                        evidence,
                        action,
                        because(decision),
                        Optional.of(decision),
                        0,
                        desk.clock));
        return decision;
    }

    /** A worker noticed something, or something was noticed of it, that does not keep it from stepping. */
    void noticed(Life life, String kind, String evidence, long generation) {
        List<Evidence> seen = Counsel.evidence(kind, evidence);
        Optional<Decision> decision = seen.isEmpty()
                ? Optional.empty()
                : Optional.of(desk.counsel.decide(new Counsel.Question(
                        seen,
                        Set.of(),
                        kind + " of " + life.id,
                        hostOf(life),
                        recoveries.whenNoticed(life),
                        List.of(),
                        OF_GROUP)));
        desk.journal.open(
                kind,
                Optional.of(life.id),
                generation,
                evidence,
                "noted",
                decision.map(Casualties::because).orElse("the worker goes on by itself"),
                decision,
                0,
                desk.clock);
    }

    /**
     * A worker is slow. Returns whether it is to go; if not, that is an incident already.
     *
     * @param times how many times as long as its peers it takes
     */
    boolean slow(Life life, Evidence evidence, double times, long generation) {
        String target = paceOf(life.slot);
        desk.trials.failed(target);
        Decision decision = desk.counsel.decide(new Counsel.Question(
                List.of(evidence),
                Set.of(),
                target,
                hostOf(life),
                recoveries.whenSlow(life, times),
                desk.trials.of(target),
                OF_PACE));
        boolean stays = decision.chosen() instanceof Strategy.CarryOn || decision.chosen() instanceof Strategy.Stop;
        if (!stays) {
            life.decided = Optional.of(decision);
            return true;
        }
        desk.trials.tries(
                target,
                desk.journal.open(
                        "worker-slow",
                        Optional.of(life.id),
                        generation,
                        evidence.words(),
                        "it stays, and the others wait for it",
                        because(decision),
                        Optional.of(decision),
                        0,
                        desk.clock));
        return false;
    }

    /** Returns in what words a slot's attempts at being faster are remembered. */
    static String paceOf(int slot) {
        return "pace of " + Staffing.target(slot);
    }
}

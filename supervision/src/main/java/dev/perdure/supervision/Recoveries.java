package dev.perdure.supervision;

import dev.perdure.reliability.RecoveryPlanner.Option;
import dev.perdure.reliability.Strategy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which recoveries there are, what each costs now, and why some are out of the question. */
final class Recoveries {
    private static final String ELSEWHERE = "another host";

    private final Desk desk;

    Recoveries(Desk desk) {
        this.desk = desk;
    }

    /** A worker is fenced, and whoever is left goes on: what is left to decide is whether, and where, to launch another. */
    List<Option> afterFailure(Life life) {
        boolean alone = others(life).isEmpty();
        var options = new ArrayList<>(replacing(life, alone));
        options.add(refused(
                new Strategy.RollBack(1),
                desk.costs.goBackSeconds(),
                alone ? "that is how the restarted worker begins" : "the others hold every step"));
        options.add(refused(
                new Strategy.RestartAll(),
                desk.costs.restartSeconds() + desk.costs.goBackSeconds(),
                alone ? "nobody else is there to restart" : "nothing is wrong with the others"));
        options.add(refused(
                new Strategy.ReplayRecipe(),
                desk.costs.restartSeconds() + desk.costs.replaySeconds(),
                "what was trained is not lost"));
        return options;
    }

    /**
     * A worker is slow, and everyone waits for it.
     *
     * @param times how many times as long as its peers it takes
     */
    List<Option> whenSlow(Life life, double times) {
        var options = new ArrayList<Option>();
        options.add(new Option(new Strategy.CarryOn(), desk.costs.waitingSeconds(times)));
        options.addAll(replacing(life, others(life).isEmpty()));
        return options;
    }

    private List<Option> replacing(Life life, boolean alone) {
        double regroup = desk.costs.regroupSeconds();
        double lost = 1.0 / (others(life).size() + 1); // a spare is as dear as what it stands in for
        boolean isSpared = others(life).stream().anyMatch(Life::isSpare);
        double launch = desk.costs.restartSeconds() + desk.staffing.pause(life.slot, desk.clock) / 1e9;
        double again = alone ? launch + desk.costs.goBackSeconds() : 2 * regroup + launch * (isSpared ? 0 : lost);
        Optional<String> refusal = desk.staffing.refusal(life.slot);
        var options = new ArrayList<Option>();
        options.add(isSpared ? new Option(new Strategy.ReplaceFromSpare(), regroup) : noSpare(regroup));
        options.add(new Option(new Strategy.RestartWorker(), again, refusal));
        options.add(elsewhere(life, again, refusal));
        options.add(without(alone, isSpared, regroup + desk.costs.slowerSeconds(lost)));
        return options;
    }

    private static Option without(boolean alone, boolean isSpared, double seconds) {
        var without = new Strategy.ContinueWithout();
        if (alone) {
            return refused(without, 0, "nobody else is there");
        }
        return isSpared ? refused(without, seconds, "there is a spare") : new Option(without, seconds);
    }

    private static Option noSpare(double seconds) {
        return refused(new Strategy.ReplaceFromSpare(), seconds, "there is no spare");
    }

    private Option elsewhere(Life life, double seconds, Optional<String> refusal) {
        String here = desk.staffing.slot(life.slot).host();
        return desk.counsel.hosts().stream()
                .filter(host -> !host.equals(here))
                .findFirst()
                .map(host -> new Option(new Strategy.RestartElsewhere(host), seconds, refusal))
                .orElseGet(() -> refused(
                        new Strategy.RestartElsewhere(ELSEWHERE), seconds, "workers can be launched on one host only"));
    }

    /** The group does not answer, but all its members do. */
    List<Option> whenBroken() {
        return List.of(
                new Option(new Strategy.CarryOn(), desk.costs.regroupSeconds()),
                refused(new Strategy.ContinueWithout(), desk.costs.regroupSeconds(), "nothing says without whom"),
                refused(
                        new Strategy.RestartAll(),
                        desk.costs.restartSeconds() + desk.costs.goBackSeconds(),
                        "all of them answer, and hold every step"));
    }

    /** States differ, and nobody knows who is wrong. */
    List<Option> whenNumbersDiffer() {
        return List.of(
                refused(new Strategy.CarryOn(), 0, "what is trained would depend on who is asked"),
                refused(
                        new Strategy.ContinueWithout(),
                        desk.costs.regroupSeconds(),
                        "no state has more than half of the members behind it, so it is undecided who is wrong"),
                new Option(new Strategy.RollBack(1), desk.costs.goBackSeconds()),
                refused(
                        new Strategy.ReplayRecipe(),
                        desk.costs.replaySeconds(),
                        "a checkpoint is tried first; without one it is the same"));
    }

    /** Somebody's numbers are wrong, and all others' have them in their sums. */
    List<Option> whenNumbersAreWrong() {
        return List.of(
                refused(
                        new Strategy.ContinueWithout(),
                        desk.costs.regroupSeconds(),
                        "what a wrong member computed is in everybody's sums, as far as nobody has looked at it"),
                new Option(new Strategy.RollBack(1), desk.costs.goBackSeconds()),
                refused(
                        new Strategy.ReplayRecipe(),
                        desk.costs.replaySeconds(),
                        "a checkpoint is tried first; without one it is the same"));
    }

    /** A step gave no finite numbers, also when it was redone; this is what its history and the configuration allow. */
    List<Option> whenNotFinite(Divergences.Remedy remedy) {
        String again = "the step was redone and came to the same";
        String policy = "training.on-divergence does not have it, or a checkpoint is tried first";
        double back = desk.costs.goBackSeconds();
        Strategy slower = new Strategy.RollBackSlower(1, Divergences.FACTOR);
        Option goBack = new Option(new Strategy.RollBack(1), back);
        Option skip = new Option(new Strategy.SkipBatch(), desk.costs.regroupSeconds());
        return List.of(
                refused(new Strategy.CarryOn(), 0, again),
                remedy instanceof Divergences.Remedy.RollBack
                        ? goBack
                        : refused(goBack.strategy(), back, "it came to the same from a checkpoint"),
                remedy instanceof Divergences.Remedy.Skip ? skip : refused(skip.strategy(), skip.seconds(), policy),
                remedy instanceof Divergences.Remedy.RollBackTo
                        ? new Option(slower, back)
                        : refused(slower, back, policy));
    }

    /** A worker noticed something that does not keep it from stepping. */
    List<Option> whenNoticed(Life life) {
        double launch = desk.costs.restartSeconds();
        return List.of(
                new Option(new Strategy.CarryOn(), 0),
                new Option(
                        new Strategy.RestartWorker(),
                        2 * desk.costs.regroupSeconds()
                                + launch / Math.max(1, others(life).size() + 1),
                        Optional.of("it steps, and so does everyone else")));
    }

    private List<Life> others(Life life) {
        return desk.roster.joined().stream().filter(other -> other != life).toList();
    }

    private static Option refused(Strategy strategy, double seconds, String why) {
        return new Option(strategy, seconds, Optional.of(why));
    }
}

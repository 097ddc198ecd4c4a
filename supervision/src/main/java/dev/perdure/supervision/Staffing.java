package dev.perdure.supervision;

import dev.perdure.reliability.Fleet;
import dev.perdure.reliability.RecoveryBudget.Attempt;
import dev.perdure.reliability.Strategy;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Where processes are launched, and when nothing is launched any more. */
final class Staffing {
    private static final Strategy RESTART = new Strategy.RestartWorker();

    private final Budgets budgets;
    private final long epoch;
    private final Map<Integer, Slot> slots;
    private final Map<Integer, Long> notBefore = new TreeMap<>();
    private int restarts;
    private long windowFrom;
    private int inWindow;

    Staffing(Budgets budgets, Map<Integer, Slot> known, long epoch) {
        this.budgets = budgets;
        this.epoch = epoch;
        slots = new TreeMap<>(known);
        restarts = known.values().stream()
                .mapToInt(slot -> Math.max(0, slot.launches() - 1))
                .sum();
    }

    Slot slot(int number) {
        return slots.getOrDefault(number, Slot.NEW);
    }

    /** Returns in what words a slot's attempts are remembered. */
    static String target(int number) {
        return "slot " + number;
    }

    /**
     * Returns whether a life may begin there now.
     *
     * @param isNeeded whether nobody else is there: what was left empty by choice is filled again
     */
    boolean mayLaunch(int number, long now, boolean isNeeded) {
        return mayEverLaunch(number, isNeeded)
                && now >= notBefore.getOrDefault(number, now)
                && (isFirst(number) || windowAllows(now));
    }

    boolean mayEverLaunch(int number, boolean isNeeded) {
        return isFirst(number)
                || (refusal(number).isEmpty() && (isNeeded || !slot(number).left()));
    }

    /** Returns why nothing may be launched there any more, if so. */
    Optional<String> refusal(int number) {
        Slot slot = slot(number);
        if (slot.corruptions() > budgets.slotCorruptionsMax()) {
            return Optional.of("states there differed from the others' %d times".formatted(slot.corruptions()));
        }
        if (restarts >= budgets.restartsMax()) {
            return Optional.of("all %d restarts of the run are spent".formatted(budgets.restartsMax()));
        }
        return budgets.recovery().spentOn(RESTART, target(number), attempts(number), 0);
    }

    /** Returns the restarts there that brought no new step: those since the last one. */
    List<Attempt> attempts(int number) {
        int fruitless = Math.max(0, slot(number).failures() - 1);
        return Collections.nCopies(fruitless, new Attempt(0, target(number), RESTART, 0, false));
    }

    private boolean isFirst(int number) {
        return slot(number).launches() == 0;
    }

    private boolean windowAllows(long now) {
        if (now - windowFrom >= budgets.window().toNanos()) {
            windowFrom = now;
            inWindow = 0;
        }
        return inWindow < budgets.restartsPerWindow();
    }

    /** Books a launch, and returns the new life's name: no other has it in this run. */
    WorkerId launch(int number) {
        if (!isFirst(number)) {
            restarts++;
            inWindow++;
        }
        Slot launched = slot(number).launched();
        slots.put(number, launched);
        // A run that was stopped begins its budgets anew, and its counts with them: the epoch keeps the names apart.
        String name = "w%d-%d".formatted(number, launched.launches());
        return new WorkerId(epoch == 1 ? name : "%s-e%d".formatted(name, epoch));
    }

    void failed(int number, Failure failure, long now) {
        Slot failed = slot(number).failed(failure);
        slots.put(number, failed);
        if (failed.failures() > 1) {
            notBefore.put(
                    number,
                    now + budgets.slotPause().pauseAfter(failed.failures() - 1).toNanos());
        }
    }

    /** A new step was applied with this slot's help: its failures are over. */
    void proved(int number) {
        slots.computeIfPresent(number, (_, slot) -> slot.proved());
        notBefore.remove(number);
    }

    /** Nothing is launched there while there are others. */
    void leave(int number) {
        slots.put(number, slot(number).leave());
    }

    /** Its lives run there. */
    void isOn(int number, String host) {
        slots.put(number, slot(number).on(host));
    }

    /** A life there is over. */
    void served(int number, long nanos) {
        slots.put(number, slot(number).served(nanos));
    }

    /** Returns what is known of hosts when this run is counted too. */
    Fleet fleet(Fleet before) {
        Fleet fleet = before;
        for (Slot slot : slots.values()) {
            if (!slot.host().isEmpty()) {
                fleet = fleet.after(slot.host(), slot.failed(), Math.max(1, slot.servedNanos()) / 3.6e12);
            }
        }
        return fleet;
    }

    /** Returns how long it is until something may be launched there, in nanoseconds. */
    long pause(int number, long now) {
        return Math.max(0, notBefore.getOrDefault(number, now) - now);
    }
}

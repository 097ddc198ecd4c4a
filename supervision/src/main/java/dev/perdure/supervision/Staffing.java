package dev.perdure.supervision;

import java.util.Map;
import java.util.TreeMap;

/** Where processes are launched, and when nothing is launched any more. */
final class Staffing {
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

    /** Returns whether a life may begin there now. */
    boolean mayLaunch(int number, long now) {
        return mayEverLaunch(number)
                && now >= notBefore.getOrDefault(number, now)
                && (isFirst(number) || windowAllows(now));
    }

    boolean mayEverLaunch(int number) {
        return !slot(number).isWrittenOff(budgets) && (isFirst(number) || restarts < budgets.restartsMax());
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

    /** Returns what becomes of a slot after a failure there, for a person. */
    String prospect(int number, long now) {
        if (slot(number).isWrittenOff(budgets)) {
            return "nothing is launched in slot %d any more, after %d failures in a row and %d differing states"
                    .formatted(number, slot(number).failures(), slot(number).corruptions());
        }
        if (restarts >= budgets.restartsMax()) {
            return "no replacement is launched: all %d restarts are spent".formatted(budgets.restartsMax());
        }
        long pause = Math.max(0, notBefore.getOrDefault(number, now) - now);
        return pause == 0
                ? "a replacement is launched at once"
                : "a replacement is launched in %d ms, because it failed %d times in a row"
                        .formatted(pause / 1_000_000, slot(number).failures());
    }
}

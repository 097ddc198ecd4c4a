package dev.perdure.store;

import java.util.HashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/** What a mirror has yet to do. */
final class MirrorDebts {
    private enum Debt {
        PUT,
        DELETION
    }

    private final Map<String, Debt> debts = new HashMap<>();

    /** Notes that the primary has an object, and whether the mirror has it too. */
    synchronized void put(String name, boolean mirrored) {
        settle(name, Debt.PUT, mirrored);
    }

    /** Notes that the primary has deleted an object, and whether the mirror has too. */
    synchronized void deletion(String name, boolean mirrored) {
        settle(name, Debt.DELETION, mirrored);
    }

    private void settle(String name, Debt debt, boolean paid) {
        if (paid) {
            debts.remove(name);
        } else {
            debts.put(name, debt);
        }
    }

    synchronized boolean owesDeletion(String name) {
        return debts.get(name) == Debt.DELETION;
    }

    synchronized SortedSet<String> deletions() {
        SortedSet<String> names = new TreeSet<>(debts.keySet());
        names.removeIf(name -> debts.get(name) != Debt.DELETION);
        return names;
    }

    synchronized SortedSet<String> names() {
        return new TreeSet<>(debts.keySet());
    }
}

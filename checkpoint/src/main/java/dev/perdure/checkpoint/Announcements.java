package dev.perdure.checkpoint;

import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Tells sweepers in other processes that a save is running, and waits for theirs; see {@link Sweep}. */
final class Announcements {
    private static final Duration POLL = Duration.ofMillis(20);

    private final ObjectStore store;
    private final Duration patience;
    private final Surroundings surroundings;
    private final List<String> leftOver = new ArrayList<>();

    Announcements(ObjectStore store, Duration patience, Surroundings surroundings) {
        this.store = store;
        this.patience = patience;
        this.surroundings = surroundings;
    }

    /** Announces a save. Whoever sweeps from now on sees it, or is seen by {@link #awaitSweeps}. */
    String announce(CheckpointName name) throws IOException {
        return announce(Paths.saving(name, surroundings.nonces().get()));
    }

    /** Announces one's own part of a save. */
    String announce(CheckpointName name, SaveShare share) throws IOException {
        return announce(Paths.saving(name, share, surroundings.nonces().get()));
    }

    private String announce(String path) throws IOException {
        leftOver.add(path); // a lost answer is not a lost operation
        store.putIfAbsent(path, "saving\n".getBytes(StandardCharsets.UTF_8));
        return path;
    }

    /** Waits until every sweep that runs now is over. One that outlasts the patience is taken for dead. */
    void awaitSweeps() throws IOException {
        Set<String> running = new HashSet<>(store.list(Paths.SWEEPING));
        for (Duration waited = Duration.ZERO; !running.isEmpty(); waited = waited.plus(POLL)) {
            if (waited.compareTo(patience) >= 0) {
                for (String dead : running) {
                    store.delete(dead);
                }
                return;
            }
            surroundings.sleep(POLL);
            running.retainAll(store.list(Paths.SWEEPING));
        }
    }

    /** Withdraws an announcement. One that cannot be withdrawn now is left for later: it only puts off sweeps. */
    void withdraw(String announcement) {
        try {
            store.delete(announcement);
            leftOver.remove(announcement);
        } catch (IOException e) {
            // Kept in leftOver.
        }
    }

    /** Withdraws the others' announcements of shared saves that are over, for those of them that have died. */
    void withdrawOthers(SaveShare over) throws IOException {
        for (String path : store.list(Paths.SAVING)) {
            if (Paths.isSavingOf(path, over)) {
                store.delete(path);
            }
        }
    }

    /** Withdraws what could not be withdrawn before. No save of this writer's may be running. */
    void withdrawLeftOver() throws IOException {
        for (String path : List.copyOf(leftOver)) {
            store.delete(path);
            leftOver.remove(path);
        }
    }
}

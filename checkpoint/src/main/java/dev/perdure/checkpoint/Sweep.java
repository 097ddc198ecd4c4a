package dev.perdure.checkpoint;

import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Deletes objects that no manifest names, and notes of parts that nobody waits for.
 *
 * <p><b>Why this is safe beside a save in another process.</b> A save relies on objects that no manifest may name yet:
 * those it has just written, and those it found. So saver and sweeper each put up a sign before they look for the other's:
 *
 * <ol>
 *   <li>The saver creates {@code saving/…}, then looks for {@code sweeping/…} and waits until those it sees are gone. Then
 *       it looks for objects, writes those that are missing, and publishes the manifest. Then it takes its sign down.
 *   <li>The sweeper creates {@code sweeping/…}, then looks for {@code saving/…}. If it sees one it takes its own sign down
 *       and puts the sweep off. Otherwise it lists the objects, reads all manifests, and deletes what none of them names.
 * </ol>
 *
 * <p>Whichever put up its sign second sees the other's, since a store lists a name once its creation has returned. So
 * either the sweeper gives up, or the saver waits before it looks for its first object: the two never overlap, and a sweep
 * that ran before a save is over has deleted only what the saver will then find missing and write.
 *
 * <p><b>Dead processes.</b> A dead sweeper's sign is removed by a saver whose patience is at an end. Before each deletion a
 * sweeper looks whether its sign still stands, and stops when it does not. So a sweeper that was only slow does harm at
 * most with one deletion that it had already begun; and a saver looks for its objects again after the manifest is
 * published and writes those that are gone while it still has their bytes. What remains is the assumption that a single
 * deletion does not take longer than the patience and a whole save together. A dead saver's sign puts sweeps off
 * until the next writer opens the store: signs of earlier terms do not count.
 *
 * <p><b>Saves that several make together.</b> Each of them puts up a sign of its own before it writes, and takes it down when
 * the checkpoint exists or never will. Whoever publishes has its sign up while it looks whether the others' objects are there,
 * so none of them goes between that and the manifest. It also takes down the signs of those that died, once the save is over.
 *
 * <p><b>Replaced writers.</b> A writer of an earlier term that still runs is not protected by its sign. It may publish a
 * checkpoint whose objects are swept, and that can never be the newest. Its check after publishing repairs even that as
 * long as it runs.
 */
final class Sweep {
    private final ObjectStore store;
    private final Checkpoints checkpoints;
    private final Surroundings surroundings;

    Sweep(ObjectStore store, Checkpoints checkpoints, Surroundings surroundings) {
        this.store = store;
        this.checkpoints = checkpoints;
        this.surroundings = surroundings;
    }

    /** What a sweep did: how many objects it deleted, and why not all that it might have. */
    record Result(int deleted, Optional<String> putOff) {
        static Result putOff(int deleted, String why) {
            return new Result(deleted, Optional.of(why));
        }
    }

    Result run() throws IOException {
        String sign = Paths.sweeping(surroundings.nonces().get());
        try {
            store.putIfAbsent(sign, "sweeping\n".getBytes(StandardCharsets.UTF_8));
            return sweep(sign);
        } finally {
            store.delete(sign);
        }
    }

    private Result sweep(String sign) throws IOException {
        int newest = Paths.newestTerm(store);
        List<String> saves = store.list(Paths.SAVING);
        for (String save : saves) {
            if (Paths.savingTerm(save) >= newest) {
                return Result.putOff(0, "a save is running, or died and will be cleared by the next writer: " + save);
            }
        }
        List<String> leftOver = new ArrayList<>(store.list(Paths.PARTS));
        leftOver.addAll(saves);
        List<String> objects = store.list(Paths.OBJECTS);
        Set<String> named = new HashSet<>();
        for (CheckpointName name : Paths.names(store, Paths.CHECKPOINTS)) {
            try {
                named.addAll(checkpoints.objectsOf(name));
            } catch (CorruptCheckpointException e) {
                return Result.putOff(0, "a manifest cannot be read, so its objects are not known: " + name);
            }
        }
        return deleteUnnamed(objects, named, leftOver, sign);
    }

    private Result deleteUnnamed(List<String> objects, Set<String> named, List<String> leftOver, String sign)
            throws IOException {
        int deleted = 0;
        for (String object : objects) {
            if (!named.contains(object)) {
                if (store.size(sign).isEmpty()) {
                    return Result.putOff(deleted, "it took so long that a save took it for dead");
                }
                deleted += store.delete(object) ? 1 : 0;
            }
        }
        for (String dead : leftOver) {
            store.delete(dead);
        }
        return new Result(deleted, Optional.empty());
    }
}

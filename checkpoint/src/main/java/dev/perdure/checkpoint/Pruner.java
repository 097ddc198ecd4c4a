package dev.perdure.checkpoint;

import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Acts on what {@link Retention} decides. Before anything is deleted, the newest checkpoint is read back and verified; then
 * each manifest goes before anything that it names, so that a crash leaves objects that nobody names, never a manifest
 * without its objects.
 */
final class Pruner {
    private final ObjectStore store;
    private final Checkpoints checkpoints;
    private final Surroundings surroundings;

    Pruner(ObjectStore store, Checkpoints checkpoints, Surroundings surroundings) {
        this.store = store;
        this.checkpoints = checkpoints;
        this.surroundings = surroundings;
    }

    /** Does nothing, and reads next to nothing, when the policy keeps all there are. */
    PruneReport pruneIfDue(RetentionPolicy policy) throws IOException {
        return isDue(policy) ? prune(policy) : new PruneReport(List.of(), 0, Optional.empty());
    }

    private boolean isDue(RetentionPolicy policy) throws IOException {
        return !plan(policy, checkpoints.listAsIfNewestVerified()).delete().isEmpty();
    }

    /** Deletes what the policy does not keep, and whatever earlier crashes have left. */
    PruneReport prune(RetentionPolicy policy) throws IOException {
        boolean due = isDue(policy);
        if (due) {
            verifyNewest();
        }
        Retention plan = plan(policy, checkpoints.list());
        for (CheckpointName name : plan.delete()) {
            delete(name);
        }
        Sweep.Result swept = new Sweep(store, checkpoints, surroundings).run();
        boolean inVain = due && plan.delete().isEmpty();
        return new PruneReport(
                plan.delete(),
                swept.deleted(),
                inVain ? Optional.of("the newest checkpoint is damaged") : swept.putOff());
    }

    private Retention plan(RetentionPolicy policy, List<CheckpointInfo> list) {
        return Retention.plan(list, policy, surroundings.clock().instant());
    }

    private void verifyNewest() throws IOException {
        Optional<CheckpointInfo> newest = checkpoints.list().stream().max(Comparator.comparing(CheckpointInfo::name));
        if (newest.isPresent() && !newest.get().verified()) {
            checkpoints.readBack(newest.get().name());
        }
    }

    void delete(CheckpointName name) throws IOException {
        store.delete(Paths.manifest(name));
        for (String marker : List.of(Paths.VERIFIED, Paths.SUSPECT, Paths.QUARANTINE)) {
            store.delete(Paths.marker(marker, name));
        }
    }
}

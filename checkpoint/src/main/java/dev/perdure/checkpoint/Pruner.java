package dev.perdure.checkpoint;

import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
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

    PruneReport prune(RetentionPolicy policy) throws IOException {
        if (plan(policy, checkpoints.listAsIfNewestVerified()).delete().isEmpty()) {
            return new PruneReport(List.of(), 0, Optional.empty());
        }
        verifyNewest();
        Retention plan = plan(policy, checkpoints.list());
        var deleted = new ArrayList<CheckpointName>();
        for (CheckpointName name : plan.delete()) {
            delete(name);
            deleted.add(name);
        }
        Sweep.Result swept = new Sweep(store, checkpoints, surroundings).run();
        Optional<String> putOff = deleted.isEmpty() ? Optional.of("the newest checkpoint is damaged") : swept.putOff();
        return new PruneReport(deleted, swept.deleted(), putOff);
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

    private void delete(CheckpointName name) throws IOException {
        store.delete(Paths.manifest(name));
        for (String marker : List.of(Paths.VERIFIED, Paths.SUSPECT, Paths.QUARANTINE)) {
            store.delete(Paths.marker(marker, name));
        }
    }
}

package dev.perdure.checkpoint;

import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers in the store how reading a checkpoint went. Markers speed things up and keep the last good one; nothing is lost
 * without them, so a store that refuses them stops no restore.
 */
final class Markers {
    private static final Logger log = LoggerFactory.getLogger(Markers.class);
    private static final byte[] NOTHING = {'\n'};

    private final ObjectStore store;

    Markers(ObjectStore store) {
        this.store = store;
    }

    /** All bytes were read and found right. */
    void whole(CheckpointName name) {
        mark(name, () -> {
            if (store.size(Paths.marker(Paths.VERIFIED, name)).isEmpty()) {
                store.putIfAbsent(Paths.marker(Paths.VERIFIED, name), NOTHING);
            }
            for (String kind : List.of(Paths.SUSPECT, Paths.QUARANTINE)) {
                if (store.size(Paths.marker(kind, name)).isPresent()) {
                    store.delete(Paths.marker(kind, name));
                }
            }
        });
    }

    /** Damage was found: suspect at first, in quarantine from the second time on, and verified no longer. */
    void damaged(CheckpointName name) {
        mark(name, () -> {
            store.delete(Paths.marker(Paths.VERIFIED, name));
            boolean first = store.putIfAbsent(Paths.marker(Paths.SUSPECT, name), NOTHING);
            if (!first) {
                store.putIfAbsent(Paths.marker(Paths.QUARANTINE, name), NOTHING);
            }
        });
    }

    private interface Marking {
        void run() throws IOException;
    }

    private static void mark(CheckpointName name, Marking marking) {
        try {
            marking.run();
        } catch (IOException e) {
            log.warn("checkpoint {}: it could not be noted how reading it went: {}", name, e.toString());
        }
    }
}

package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.gateway.RolloutReport;
import dev.perdure.store.LocalObjectStore;
import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Which bundles were put on trial, and what was decided, in {@code .perdure/rollouts/} of the folder of models: a later life of
 * this program, and others that serve the same folder, know it. If it cannot be written there, this one knows nevertheless.
 */
final class RolloutRecords {
    private static final String FOLDER = ".perdure/rollouts";
    private static final String BEGUN = "begun/";
    private static final String PROMOTED = "promoted/";
    private static final String ROLLED_BACK = "rolled-back/";

    private final ObjectStore store;
    private final Consumer<String> say;
    private final Map<String, String> rolledBack = new ConcurrentHashMap<>();

    RolloutRecords(Path models, Consumer<String> say) throws IOException {
        this.store = new LocalObjectStore(models.resolve(FOLDER));
        this.say = say;
        refresh();
    }

    /** Reads what others have rolled back since; returns the bundles' digests. */
    Set<String> refresh() throws IOException {
        var news = new TreeSet<String>();
        for (String name : store.list(ROLLED_BACK)) {
            String digest = name.substring(ROLLED_BACK.length());
            if (!rolledBack.containsKey(digest)) {
                rolledBack.put(digest, new String(store.readAll(name), UTF_8));
                news.add(digest);
            }
        }
        return news;
    }

    /** Returns why a bundle was rolled back; nothing if it was not. */
    Optional<String> rolledBack(String digest) {
        return Optional.ofNullable(rolledBack.get(digest));
    }

    /** Returns whether a bundle was put on trial and nothing has been decided. */
    boolean isUndecided(String digest) throws IOException {
        return store.size(BEGUN + digest).isPresent()
                && store.size(PROMOTED + digest).isEmpty()
                && rolledBack(digest).isEmpty();
    }

    /** Keeps what a report says beyond this process's life; what somebody wanted is nothing about the bundle. */
    void keep(RolloutReport report) {
        try {
            switch (report.phase()) {
                case "loading" -> put(BEGUN + report.digest(), "");
                case "promoted" -> put(PROMOTED + report.digest(), "");
                case "rolled back" -> rolledBack(report);
                default -> {}
            }
        } catch (IOException e) {
            say.accept("what is decided about versions cannot be kept: %s. Until this process ends it is known"
                    .formatted(e.getMessage()));
        }
    }

    private void rolledBack(RolloutReport report) throws IOException {
        if (report.isByRequest()) {
            store.delete(BEGUN + report.digest());
            return;
        }
        String words = "%s beside %s: %s"
                .formatted(report.at(), report.stable(), report.reason().orElse(""));
        rolledBack.put(report.digest(), words);
        put(ROLLED_BACK + report.digest(), words);
    }

    private void put(String name, String words) throws IOException {
        store.putIfAbsent(name, words.getBytes(UTF_8));
    }

    /** Another has had a bundle tried again: what counts is what is written now. */
    void reread(String digest) throws IOException {
        rolledBack.remove(digest);
        refresh();
    }

    /** Has a bundle tried again. */
    void forget(String digest) throws IOException {
        rolledBack.remove(digest);
        for (String kind : new String[] {ROLLED_BACK, PROMOTED, BEGUN}) {
            store.delete(kind + digest);
        }
    }
}

package dev.perdure.checkpoint;

import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The names of a checkpoint store: what is where, as {@code docs/format.md} has it. */
final class Paths {
    static final String OBJECTS = "objects/";
    static final String CHECKPOINTS = "checkpoints/";
    static final String TERMS = "terms/";
    static final String SAVING = "saving/";
    static final String SWEEPING = "sweeping/";
    static final String VERIFIED = "verified/";
    static final String SUSPECT = "suspect/";
    static final String QUARANTINE = "quarantine/";

    private static final int NAME_LENGTH = 10 + 1 + 19;

    private Paths() {}

    static String object(String sha256) {
        return OBJECTS + sha256;
    }

    static String manifest(CheckpointName name) {
        return CHECKPOINTS + name;
    }

    static String term(int term) {
        return TERMS + "%010d".formatted(term);
    }

    static String saving(CheckpointName name, String nonce) {
        return SAVING + name + "-" + nonce;
    }

    static String sweeping(String nonce) {
        return SWEEPING + nonce;
    }

    static String marker(String kind, CheckpointName name) {
        return kind + name;
    }

    /** Returns the checkpoints that have an object under a prefix, ascending; names of another form are left out. */
    static List<CheckpointName> names(ObjectStore store, String prefix) throws IOException {
        return store.list(prefix).stream()
                .map(path -> CheckpointName.parse(path.substring(prefix.length())))
                .flatMap(Optional::stream)
                .toList();
    }

    /** Returns the greatest term that any writer has taken, or 0. */
    static int newestTerm(ObjectStore store) throws IOException {
        int newest = 0;
        for (String path : store.list(TERMS)) {
            newest = Math.max(newest, number(path.substring(TERMS.length())));
        }
        for (CheckpointName name : names(store, CHECKPOINTS)) {
            newest = Math.max(newest, name.term());
        }
        return newest;
    }

    /** Returns the term of the writer that announced a save. */
    static int savingTerm(String path) {
        String rest = path.substring(SAVING.length());
        return rest.length() < NAME_LENGTH
                ? Integer.MAX_VALUE
                : CheckpointName.parse(rest.substring(0, NAME_LENGTH))
                        .map(CheckpointName::term)
                        .orElse(Integer.MAX_VALUE);
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}

package dev.perdure.checkpoint;

import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names of a checkpoint store: what is where, as {@code docs/format.md} has it. */
final class Paths {
    static final String OBJECTS = "objects/";
    static final String CHECKPOINTS = "checkpoints/";
    static final String TERMS = "terms/";
    static final String PARTS = "parts/";
    static final String SAVING = "saving/";
    static final String SWEEPING = "sweeping/";
    static final String VERIFIED = "verified/";
    static final String SUSPECT = "suspect/";
    static final String QUARANTINE = "quarantine/";

    private static final int NAME_LENGTH = 10 + 1 + 19;
    private static final Pattern SHARED_SIGN =
            Pattern.compile(SAVING + "([0-9]{10})-[0-9]{19}-([0-9]{10})-[0-9]{4,}-.*");
    private static final Pattern PART =
            Pattern.compile(PARTS + "([0-9]{10})-[0-9]{19}-([0-9]{10})-[0-9]{4,}-[0-9]{4,}");

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

    static String saving(CheckpointName name, SaveShare share, String nonce) {
        return saving(name, "%010d-%04d-".formatted(share.serial(), share.part()) + nonce);
    }

    /** Returns whether a sign is of a shared save of the same term, this one or one before. */
    static boolean isSavingOf(String path, SaveShare share) {
        Matcher sign = SHARED_SIGN.matcher(path);
        return sign.matches()
                && number(sign.group(1)) == share.term()
                && Long.parseLong(sign.group(2)) <= share.serial();
    }

    static String part(CheckpointName name, SaveShare share) {
        return PARTS + "%s-%010d-%04d-%04d".formatted(name, share.serial(), share.part(), share.parts());
    }

    /** Returns whether a note is of an earlier shared save than this one, or of an earlier term. */
    static boolean isPartBefore(String path, SaveShare share) {
        Matcher note = PART.matcher(path);
        if (!note.matches()) {
            return false;
        }
        int term = number(note.group(1));
        return term < share.term() || (term == share.term() && Long.parseLong(note.group(2)) < share.serial());
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

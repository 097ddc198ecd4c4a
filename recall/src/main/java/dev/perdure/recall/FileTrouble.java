package dev.perdure.recall;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What a person is told of a file that answers cannot be written to. */
final class FileTrouble {
    private FileTrouble() {}

    static String words(Path file, Throwable why, Duration again) {
        return "%s: %s (expected: a file on a local disk that this user may write). Answers are kept in memory only; it is tried again every %d s. %s"
                .formatted(file, what(why), again.toSeconds(), next(why))
                .strip();
    }

    private static String what(Throwable why) {
        return switch (code(why)) {
            case SQLITE_FULL -> "the disk is full";
            case SQLITE_CORRUPT, SQLITE_NOTADB -> "it is damaged, or no database at all";
            case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL -> "another process has it locked";
            case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_READONLY, SQLITE_AUTH -> "it cannot be opened for writing";
            case null, default -> String.valueOf(deepest(why).getMessage());
        };
    }

    private static String next(Throwable why) {
        return switch (code(why)) {
            case SQLITE_FULL -> "Free some space.";
            case SQLITE_CORRUPT, SQLITE_NOTADB -> "Move it away: another is made.";
            case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL -> "End what holds it (fuser names it).";
            case null, default -> "";
        };
    }

    private static @Nullable SQLiteErrorCode code(Throwable why) {
        for (Throwable cause = why; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLiteException sqlite) {
                return SQLiteErrorCode.getErrorCode(sqlite.getResultCode().code & 0xff);
            }
        }
        return null;
    }

    private static Throwable deepest(Throwable why) {
        Throwable deepest = why;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        return deepest;
    }
}

package dev.perdure.registry;

import java.sql.SQLException;
import java.sql.SQLTransientException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * What an error of a database calls for.
 *
 * @param kind what to do
 * @param what what is the matter with the registry
 * @param next what to do about it
 */
record Trouble(Kind kind, String what, String next) {
    enum Kind {
        /** It may answer if asked again. */
        PASSING,
        /** Somebody must see to it. */
        LASTING,
        /** None that a correct program meets. */
        BUG
    }

    static Trouble of(SQLException e) {
        return e instanceof SQLiteException sqlite ? ofSqlite(sqlite) : ofPostgres(e);
    }

    private static Trouble ofSqlite(SQLiteException e) {
        SQLiteErrorCode code = SQLiteErrorCode.getErrorCode(e.getResultCode().code & 0xff);
        String message = String.valueOf(e.getMessage());
        return switch (code) {
            case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL ->
                passing("locked by another process", "End what holds it (fuser names it), or try again later.");
            case SQLITE_FULL -> passing("its disk is full", "Free some space and try again.");
            case SQLITE_IOERR -> passing("its disk fails: " + message, "Look after the disk and try again.");
            case SQLITE_CORRUPT, SQLITE_NOTADB ->
                lasting(
                        "damaged, or no SQLite database at all: " + message,
                        "Move it away; a run begun anew makes a new one and goes on from its checkpoints.");
            case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_READONLY, SQLITE_AUTH ->
                lasting(
                        "not to be opened for writing: " + message,
                        "It must be a file in a folder where this user may create files.");
            default -> new Trouble(Kind.BUG, message, "");
        };
    }

    /** By the classes of the SQL standard and appendix A of PostgreSQL's manual. */
    private static Trouble ofPostgres(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        String message = String.valueOf(e.getMessage());
        String family = state.length() < 2 ? "" : state.substring(0, 2);
        return switch (family) {
            case "08", "40", "53", "55", "57", "58" -> passing(message, "Look after the server, or try again later.");
            case "25", "28", "3D", "3F", "42" ->
                lasting(message, "Mend the URL, or give this user the database and the right to create tables in it.");
            case "XX" -> lasting("damaged: " + message, "Look after the server.");
            default ->
                e instanceof SQLTransientException
                        ? passing(message, "Try again later.")
                        : new Trouble(Kind.BUG, message, "");
        };
    }

    private static Trouble passing(String what, String next) {
        return new Trouble(Kind.PASSING, what, next);
    }

    private static Trouble lasting(String what, String next) {
        return new Trouble(Kind.LASTING, what, next);
    }
}

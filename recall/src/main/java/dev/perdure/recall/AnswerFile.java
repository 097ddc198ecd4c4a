package dev.perdure.recall;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * A SQLite file of answers. Losing its last seconds, or all of it, costs nothing but those answers: commits do not wait for the
 * disk, and tables of an older build are made anew instead of being changed. Not thread-safe; several processes may have it open.
 */
final class AnswerFile implements AutoCloseable {
    /** Says that the file is ours: the letters PdKA. */
    private static final int APPLICATION = 0x50644B41;

    private static final int SCHEMA = 1;
    private static final int BUSY_MILLIS = 1000;
    private static final double KEPT_SHARE = 0.9;

    private static final List<String> TABLES = List.of(
            "drop table if exists answer",
            "create table answer (model text not null, input text not null, answer blob not null, at integer not null,"
                    + " source text not null, sum integer not null, primary key (model, input)) without rowid",
            "create index answer_at on answer (at)",
            "pragma application_id = " + APPLICATION,
            "pragma user_version = " + SCHEMA);

    private final Handle handle;
    private long bytes;

    private AnswerFile(Handle handle) {
        this.handle = handle;
    }

    /**
     * Opens it; makes it if it is not there, for its owner's eyes only.
     *
     * @throws IOException if it cannot be made
     * @throws IllegalStateException if it is something else's
     * @throws org.jdbi.v3.core.JdbiException if it is damaged or cannot be written
     */
    static AnswerFile open(Path file) throws IOException {
        make(file);
        var config = new SQLiteConfig();
        config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        config.setBusyTimeout(BUSY_MILLIS);
        var source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file);
        Handle handle = Jdbi.create(source).open();
        try {
            bringUpToDate(handle);
            var answers = new AnswerFile(handle);
            answers.weigh();
            return answers;
        } catch (RuntimeException e) {
            handle.close();
            throw e;
        }
    }

    private static void make(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        try {
            Files.createFile(file, ownersOnly(file));
        } catch (FileAlreadyExistsException _) {
            // whatever it is will be seen
        }
    }

    private static FileAttribute<?>[] ownersOnly(Path file) {
        boolean isKnown = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        Set<PosixFilePermission> permissions = PosixFilePermissions.fromString("rw-------");
        return isKnown
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
                : new FileAttribute<?>[0];
    }

    /** Two processes may do so at once: one waits for the other, and finds nothing left to do. */
    private static void bringUpToDate(Handle handle) {
        handle.useTransaction(changing -> {
            boolean isEmpty = changing.createQuery("select count(*) from sqlite_master")
                            .mapTo(Integer.class)
                            .one()
                    == 0;
            int version = pragma(changing, "user_version");
            if (!isEmpty && pragma(changing, "application_id") != APPLICATION) {
                throw new IllegalStateException("it is a database of something else");
            }
            if (version > SCHEMA) {
                throw new IllegalStateException("a newer Perdure has written it (version %d)".formatted(version));
            }
            if (version < SCHEMA) {
                TABLES.forEach(changing::execute);
            }
        });
        handle.createQuery("pragma journal_mode = wal").mapTo(String.class).one();
    }

    private static int pragma(Handle handle, String name) {
        return handle.createQuery("pragma " + name).mapTo(Integer.class).one();
    }

    private void weigh() {
        bytes = handle.createQuery("select coalesce(sum(length(answer) + 400), 0) from answer")
                .mapTo(Long.class)
                .one();
    }

    /**
     * Reads answers, the latest first, as long as they are taken.
     *
     * @return how many were not what had been written, and were left out
     */
    int read(long sinceMillis, Predicate<KnownAnswer> taking) {
        var damaged = new int[1];
        try (var rows = handle
                .createQuery("select model, input, answer, at, source, sum from answer where at >= ? order by at desc")
                .bind(0, sinceMillis)
                .map((row, _) -> {
                    var answer = new KnownAnswer(
                            new Question(row.getString(1), row.getString(2)),
                            MemorySegment.ofArray(row.getBytes(3)),
                            row.getLong(4),
                            row.getString(5));
                    return new Row(answer, AnswerSum.of(answer) == row.getLong(6));
                })
                .stream()) {
            var all = rows.iterator();
            boolean goesOn = true;
            while (goesOn && all.hasNext()) {
                Row row = all.next();
                damaged[0] += row.isWhole() ? 0 : 1;
                goesOn = !row.isWhole() || taking.test(row.answer());
            }
        }
        return damaged[0];
    }

    private record Row(KnownAnswer answer, boolean isWhole) {}

    /** Does all of these in their order, or none, and makes room if it takes too much. */
    void change(List<Change> changes, long bytesMax) {
        handle.useTransaction(changing -> {
            var keeps = new ArrayList<KnownAnswer>();
            for (Change change : changes) {
                switch (change) {
                    case Change.Keep(KnownAnswer answer) -> keeps.add(answer);
                    case Change.Forget(Question(String model, String input)) -> {
                        keep(changing, keeps);
                        changing.execute("delete from answer where model = ? and input = ?", model, input);
                    }
                    case Change.ForgetSource(String from) -> {
                        keep(changing, keeps);
                        changing.execute("delete from answer where source = ?", from);
                    }
                    case Change.ForgetModel(String model) -> {
                        keep(changing, keeps);
                        changing.execute("delete from answer where model = ?", model);
                    }
                }
            }
            keep(changing, keeps);
        });
        if (bytes > bytesMax) {
            makeRoom(bytesMax);
        }
    }

    private void keep(Handle changing, List<KnownAnswer> answers) {
        if (answers.isEmpty()) {
            return;
        }
        PreparedBatch batch = changing.prepareBatch("insert or replace into answer values (?, ?, ?, ?, ?, ?)");
        for (KnownAnswer answer : answers) {
            batch.add(
                    answer.question().model(),
                    answer.question().input(),
                    answer.answer().toArray(ValueLayout.JAVA_BYTE),
                    answer.atMillis(),
                    answer.source(),
                    AnswerSum.of(answer));
            bytes += answer.bytes();
        }
        batch.execute();
        answers.clear();
    }

    /** What was replaced was counted twice, so it is looked at before anything is deleted. */
    private void makeRoom(long bytesMax) {
        weigh();
        if (bytes > bytesMax) {
            handle.execute(
                    "delete from answer where at <= (select at from (select at, sum(length(answer) + 400) over (order by at)"
                            + " as till from answer) where till >= ? order by at limit 1)",
                    bytes - (long) (KEPT_SHARE * bytesMax));
            weigh();
        }
    }

    void forgetBefore(long millis) {
        handle.execute("delete from answer where at < ?", millis);
    }

    @Override
    public void close() {
        handle.close();
    }
}

package dev.perdure.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a local store does with files, beyond the contract that every store keeps. */
class LocalObjectStoreFilesTest {
    private static final byte[] HELLO = "hello".getBytes(UTF_8);

    @TempDir
    Path folder;

    @Test
    void keepsAnObjectAsTheFileOfItsName() throws IOException {
        new LocalObjectStore(folder.resolve("new/store")).putIfAbsent("runs/7/weights", HELLO);

        assertThat(folder.resolve("new/store/runs/7/weights")).hasBinaryContent(HELLO);
    }

    @Test
    void opensWithoutWriting() throws IOException {
        LocalObjectStore store = new LocalObjectStore(folder.resolve("absent"));

        assertThat(store.list("")).isEmpty();
        assertThat(folder.resolve("absent")).doesNotExist();
    }

    /** Whole pages of aligned memory go past the page cache, everything else through it; nobody can tell. */
    @Test
    void keepsLargeMemoryWhateverItsAlignmentAndLength() throws IOException {
        LocalObjectStore store = new LocalObjectStore(folder);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(40 << 20, 4096);
            for (long i = 0; i < memory.byteSize(); i += Long.BYTES) {
                memory.set(ValueLayout.JAVA_LONG, i, i * 0x9E3779B97F4A7C15L);
            }
            for (long from : new long[] {0, 8, 4096}) {
                for (long bytes : new long[] {(1 << 20) - 1, 1 << 20, (17 << 20) + 4097, 36 << 20}) {
                    String name = "from%d/%d".formatted(from, bytes);
                    assertThat(store.putIfAbsent(name, List.of(memory.asSlice(from, bytes))))
                            .isTrue();
                    MemorySegment read = MemorySegment.ofArray(store.readAll(name));
                    assertThat(read.mismatch(memory.asSlice(from, bytes)))
                            .as(name)
                            .isEqualTo(-1);
                }
            }
        }
        assertThat(temporaryFiles()).isEmpty();
    }

    @Test
    void leavesNoTemporaryFilesBehind() throws IOException {
        LocalObjectStore store = new LocalObjectStore(folder);
        store.putIfAbsent("a", HELLO);
        store.putIfAbsent("a", HELLO);

        assertThat(temporaryFiles()).isEmpty();
        assertThat(store.list("")).containsExactly("a");
    }

    @Test
    void looksPastFilesThatCannotBeObjects() throws IOException {
        LocalObjectStore store = new LocalObjectStore(folder);
        store.putIfAbsent("a/b", HELLO);
        Files.createDirectories(folder.resolve("lost+found"));
        Files.write(folder.resolve("a/.nfs0001"), HELLO);
        Files.write(folder.resolve(".tmp/x.part"), HELLO);

        assertThat(store.list("")).containsExactly("a/b");
        assertThat(store.list("a")).containsExactly("a/b");
    }

    @Test
    void worksBelowARootThatIsASymbolicLink() throws IOException {
        Files.createDirectories(folder.resolve("real"));
        Files.createSymbolicLink(folder.resolve("link"), folder.resolve("real"));
        LocalObjectStore store = new LocalObjectStore(folder.resolve("link"));
        store.putIfAbsent("a", HELLO);

        assertThat(folder.resolve("real/a")).hasBinaryContent(HELLO);
        assertThat(new LocalObjectStore(folder.resolve("link")).list("")).containsExactly("a");
    }

    @Test
    void neverLeavesTheRootThroughASymbolicLink() throws IOException {
        Path outside = Files.createDirectories(folder.resolve("outside"));
        Files.write(outside.resolve("secret"), HELLO);
        Path root = Files.createDirectories(folder.resolve("root"));
        Files.createSymbolicLink(root.resolve("door"), outside);
        Files.createSymbolicLink(root.resolve("window"), outside.resolve("secret"));
        LocalObjectStore store = new LocalObjectStore(root);

        assertThat(store.list("")).isEmpty();
        assertThat(store.list("door/")).isEmpty();
        assertThat(store.size("window")).isEmpty();
        assertThat(store.delete("window")).isFalse();
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> store.readAll("window"));
        assertThatExceptionOfType(NotDirectoryException.class)
                .isThrownBy(() -> store.putIfAbsent("door/new", HELLO))
                .withMessageContaining("symbolic link");
        assertThatExceptionOfType(NotDirectoryException.class).isThrownBy(() -> store.delete("door/secret"));
        assertThatExceptionOfType(NotDirectoryException.class).isThrownBy(() -> store.readAll("door/secret"));
        assertThat(outside.resolve("new")).doesNotExist();
        assertThat(outside.resolve("secret")).exists();
    }

    @Test
    void refusesARootThatIsAFile() throws IOException {
        Path file = Files.write(folder.resolve("file"), HELLO);

        assertThatExceptionOfType(NotDirectoryException.class)
                .isThrownBy(() -> new LocalObjectStore(file))
                .withMessageContaining(file + " is a file (expected: a folder, or nothing yet). Give another path");
    }

    @Test
    void saysThatAFileStandsWhereAFolderIsNeeded() throws IOException {
        LocalObjectStore below = new LocalObjectStore(folder.resolve("file/store"));
        Files.write(folder.resolve("file"), HELLO);

        assertThatExceptionOfType(FileSystemException.class)
                .isThrownBy(() -> below.putIfAbsent("a", HELLO))
                .withMessageContaining("file: a file stands where a folder is needed for a.");
        assertThat(below.list("")).isEmpty();
        assertThat(below.size("a")).isEmpty();
    }

    @Test
    void refusesANameThatIsTheFolderOfAnother() throws IOException {
        LocalObjectStore store = new LocalObjectStore(folder);
        store.putIfAbsent("a/b", HELLO);

        assertThatExceptionOfType(FileAlreadyExistsException.class).isThrownBy(() -> store.putIfAbsent("a", HELLO));
        assertThatExceptionOfType(FileAlreadyExistsException.class)
                .isThrownBy(() -> store.putIfAbsent("a/b/c", HELLO))
                .withMessageContaining("a/b: a file stands where a folder is needed for a/b/c.");
        assertThat(store.list("")).containsExactly("a/b");
    }

    @Test
    void saysWhoMayNotWriteWhere() throws IOException {
        Path closed = Files.createDirectory(folder.resolve("closed"));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-xr-xr-x"));
        assumeFalse(Files.isWritable(closed), "root may write everywhere");

        assertThatExceptionOfType(AccessDeniedException.class)
                .isThrownBy(() -> new LocalObjectStore(closed).putIfAbsent("a", HELLO))
                .withMessageContaining("permission denied");
    }

    @Test
    void endsAPutOnInterruptAndLeavesNothing() throws IOException {
        LocalObjectStore store = new LocalObjectStore(folder);
        store.putIfAbsent("before", HELLO);
        Thread.currentThread().interrupt();
        try {
            assertThatExceptionOfType(ClosedByInterruptException.class).isThrownBy(() -> store.putIfAbsent("a", HELLO));
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            Thread.interrupted();
        }
        assertThat(store.list("")).containsExactly("before");
        assertThat(temporaryFiles()).isEmpty();
        assertThat(store.putIfAbsent("a", HELLO)).isTrue();
    }

    @Test
    void endsAReadOnInterruptAndReadsAgainAfterwards() throws IOException {
        LocalObjectStore store = new LocalObjectStore(folder);
        store.putIfAbsent("a", HELLO);
        MemorySegment target = MemorySegment.ofArray(new byte[5]);
        Thread.currentThread().interrupt();
        try {
            assertThatExceptionOfType(ClosedByInterruptException.class).isThrownBy(() -> store.read("a", 0, target));
        } finally {
            Thread.interrupted();
        }
        assertThat(store.readAll("a")).isEqualTo(HELLO);
    }

    @Test
    void goesOnWhenAFolderOfItsVanished() throws IOException {
        LocalObjectStore store = new LocalObjectStore(folder);
        store.putIfAbsent("a/b", HELLO);
        Files.delete(folder.resolve("a/b"));
        Files.delete(folder.resolve("a"));
        Files.delete(folder.resolve(".tmp"));

        assertThat(store.putIfAbsent("a/b", HELLO)).isTrue();
        assertThat(store.readAll("a/b")).isEqualTo(HELLO);
    }

    @Test
    void sweepsWhatDeadWritersLeftAnHourAgo() throws IOException {
        Path old = leftover("old.part", 61);
        Path young = leftover("young.part", 59);
        Path foreign = leftover("lock", 600);
        new LocalObjectStore(folder);

        assertThat(old).doesNotExist();
        assertThat(young).exists();
        assertThat(foreign).exists();
    }

    @Test
    void neverSweepsWhatThisProcessIsWriting() throws IOException {
        Files.createDirectories(folder.resolve(".tmp"));
        try (TemporaryFiles.Writing writing = new TemporaryFiles(folder.resolve(".tmp")).begin()) {
            age(writing.path(), 600);
            new LocalObjectStore(folder);

            assertThat(writing.path()).exists();
        }
        assertThat(temporaryFiles()).isEmpty();
    }

    @Test
    void neverSweepsWhatAnotherProcessIsWriting() throws Exception {
        Path held = leftover("held.part", 600);
        Process writer = JavaProcess.start(LockHolder.class, held.toString());
        try {
            assertThat(writer.inputReader(UTF_8).readLine()).isEqualTo("locked");
            new LocalObjectStore(folder);
            assertThat(held).exists();
        } finally {
            writer.destroyForcibly().waitFor();
        }
        new LocalObjectStore(folder);
        assertThat(held).doesNotExist();
    }

    /** Stands for a writer in another process: holds the lock of a file until it is killed. */
    static final class LockHolder {
        public static void main(String[] arguments) throws IOException {
            try (FileChannel channel = FileChannel.open(Path.of(arguments[0]), StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                System.out.println(lock.isValid() ? "locked" : "not locked");
                System.out.flush();
                System.in.read();
            }
        }
    }

    private Path leftover(String name, int minutes) throws IOException {
        Path file = Files.write(Files.createDirectories(folder.resolve(".tmp")).resolve(name), HELLO);
        age(file, minutes);
        return file;
    }

    private static void age(Path file, int minutes) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(60L * minutes)));
    }

    private List<Path> temporaryFiles() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(".tmp"))) {
            return files.toList();
        }
    }
}

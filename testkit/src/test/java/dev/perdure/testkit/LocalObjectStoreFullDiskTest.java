package dev.perdure.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perdure.store.LocalObjectStore;
import dev.perdure.store.StoreFullException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real file system of one mebibyte, as far as the machine lets one be mounted. */
class LocalObjectStoreFullDiskTest {
    private static final byte[] HELLO = "hello".getBytes(UTF_8);

    @TempDir
    Path folder;

    private @Nullable SmallDisk disk;

    @BeforeEach
    void mount() {
        disk = SmallDisk.over(folder, "size=1m,nr_inodes=100");
    }

    @AfterEach
    void unmount() {
        if (disk != null) {
            disk.close();
        }
    }

    @Test
    void saysWhatIsNeededAndWhatIsThereWhenTheDiskIsFull() throws IOException {
        LocalObjectStore store = new LocalObjectStore(folder.resolve("store"));
        store.putIfAbsent("small", HELLO);

        assertThatExceptionOfType(StoreFullException.class)
                .isThrownBy(() -> store.putIfAbsent("large", new byte[3 << 20]))
                .withMessageContaining(folder.resolve("store").toString())
                .withMessageContaining("3145728 bytes needed")
                .withMessageMatching("(?s).*, \\d+ usable\\. Free space there.*")
                .withCauseInstanceOf(IOException.class);
        assertThat(store.list("")).containsExactly("small");
        assertThat(temporaryFiles()).isZero();
    }

    @Test
    void goesOnOnceThereIsRoomAgain() throws IOException {
        LocalObjectStore store = new LocalObjectStore(folder);
        store.putIfAbsent("first", new byte[700_000]);
        assertThatExceptionOfType(StoreFullException.class)
                .isThrownBy(() -> store.putIfAbsent("second", new byte[700_000]));
        store.delete("first");

        assertThat(store.putIfAbsent("second", new byte[700_000])).isTrue();
        assertThat(store.size("second")).hasValue(700_000);
    }

    @Test
    void isFullWhenTheFileSystemHasNoRoomForAnotherFile() throws IOException {
        LocalObjectStore store = new LocalObjectStore(folder);

        assertThatExceptionOfType(StoreFullException.class).isThrownBy(() -> {
            for (int i = 0; i < 200; i++) {
                store.putIfAbsent("folder" + i + "/x", new byte[0]);
            }
        });
    }

    @Test
    void readsAReadOnlyDiskAndSaysWhyItCannotWrite() throws Exception {
        new LocalObjectStore(folder).putIfAbsent("a", HELLO);
        Objects.requireNonNull(disk).change("ro");
        LocalObjectStore store = new LocalObjectStore(folder);

        assertThat(store.readAll("a")).isEqualTo(HELLO);
        assertThat(store.putIfAbsent("a", HELLO)).isFalse();
        assertThatExceptionOfType(FileSystemException.class)
                .isThrownBy(() -> store.putIfAbsent("b", HELLO))
                .withMessageContaining("read-only file system (expected: one that can be written)");
        assertThatExceptionOfType(FileSystemException.class)
                .isThrownBy(() -> store.delete("a"))
                .withMessageContaining("read-only file system");
    }

    private long temporaryFiles() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("store/.tmp"))) {
            return files.count();
        }
    }
}

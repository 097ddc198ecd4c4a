package dev.perdure.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perdure.store.MemoryObjectStore;
import dev.perdure.store.ObjectStore;
import dev.perdure.store.StoreFullException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryObjectStoreTest extends ObjectStoreContract {
    @Override
    protected ObjectStore openEmpty() {
        return new MemoryObjectStore();
    }

    @Override
    protected ObjectStore reopen(ObjectStore store) {
        return store;
    }

    @Test
    void isFullWhenThereIsNoMemory(@TempDir Path folder) throws IOException {
        Path sparse = Files.createFile(folder.resolve("sparse"));
        MemoryObjectStore store = new MemoryObjectStore();
        try (Arena arena = Arena.ofConfined();
                FileChannel channel = FileChannel.open(sparse, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MemorySegment holes = channel.map(FileChannel.MapMode.READ_WRITE, 0, 1L << 40, arena);

            assertThatExceptionOfType(StoreFullException.class)
                    .isThrownBy(() -> store.putIfAbsent("large", List.of(holes)))
                    .withMessageContaining("large: no memory for 1099511627776 bytes.");
        }
        assertThat(store.list("")).isEmpty();
    }
}

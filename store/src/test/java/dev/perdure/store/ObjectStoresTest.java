package dev.perdure.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.perdure.core.BadSettingException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObjectStoresTest {
    @TempDir
    Path folder;

    @Test
    void opensAFolderByPathOrByUri() throws IOException {
        Path real = folder.toRealPath();
        for (String location : List.of(real.toString(), "file:" + real, "file://" + real)) {
            assertThat(ObjectStores.open(location))
                    .as(location)
                    .asInstanceOf(type(LocalObjectStore.class))
                    .extracting(LocalObjectStore::root)
                    .isEqualTo(real);
        }
    }

    @Test
    void opensANewStoreInMemoryEachTime() throws IOException {
        assertThat(ObjectStores.open("memory:")).isInstanceOf(MemoryObjectStore.class);
    }

    @Test
    void saysWhatLocationsThereAre() {
        assertThatExceptionOfType(BadSettingException.class)
                .isThrownBy(() -> ObjectStores.open("flie:/data"))
                .withMessage(
                        "store: 'flie:/data' has the unknown scheme 'flie' (expected: file:, memory: or a plain path)."
                                + " Did you mean 'file'?");
        assertThatExceptionOfType(BadSettingException.class)
                .isThrownBy(() -> ObjectStores.open("s3://bucket"))
                .withMessageContaining("unknown scheme 's3'");
        for (String bad : List.of("", " ", "file:", "file://host/data", "a\0b")) {
            assertThatExceptionOfType(BadSettingException.class).as(bad).isThrownBy(() -> ObjectStores.open(bad));
        }
    }
}

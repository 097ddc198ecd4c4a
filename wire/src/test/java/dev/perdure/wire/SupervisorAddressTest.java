package dev.perdure.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisorAddressTest {
    @TempDir
    Path folder;

    private final SupervisorAddress address = new SupervisorAddress("127.0.0.1", 4711, SupervisorAddress.newToken(), 7);

    @Test
    void isReadAsItWasWrittenAndOnlyByItsOwner() throws Exception {
        Path file = folder.resolve("supervisor");
        address.write(file);
        assertThat(SupervisorAddress.read(file)).isEqualTo(address);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void doesNotSayTheSecret() {
        assertThat(address.toString()).isEqualTo("127.0.0.1:4711 (epoch 7)").doesNotContain(address.token());
    }

    @Test
    void anAbsentFileIsNamed() {
        assertThatThrownBy(() -> SupervisorAddress.read(folder.resolve("supervisor")))
                .isInstanceOf(NoSupervisorException.class)
                .hasMessageContaining("supervisor: absent");
    }

    @Test
    void everyFlippedByteAndEveryCutIsNoticed() throws Exception {
        Path file = folder.resolve("supervisor");
        address.write(file);
        byte[] whole = Files.readAllBytes(file);
        for (int at = 0; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= 1;
            assertDamaged(file, flipped);
            assertDamaged(file, Arrays.copyOf(whole, at));
        }
    }

    private static void assertDamaged(Path file, byte[] bytes) throws Exception {
        Files.write(file, bytes);
        assertThatThrownBy(() -> SupervisorAddress.read(file))
                .isInstanceOf(NoSupervisorException.class)
                .hasMessageContaining("damaged");
    }
}

package dev.perdure.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library is unpacked once, whole, whoever else does so at the same time. */
class OnnxLibraryTest {
    @TempDir
    Path folder;

    private Path packed = Path.of("");
    private Path unpacked = Path.of("");

    @BeforeEach
    void pack() throws IOException {
        packed = Files.createDirectory(folder.resolve("packed"));
        unpacked = folder.resolve("cache/unpacked");
        for (String file : OnnxLibrary.files()) {
            Files.write(packed.resolve(file), file.repeat(100_000).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
    }

    private Optional<URL> resource(String file) {
        try {
            return Optional.of(packed.resolve(file).toUri().toURL());
        } catch (MalformedURLException e) {
            throw new AssertionError(e);
        }
    }

    private void assertWhole() throws IOException {
        try (Stream<Path> there = Files.list(unpacked)) {
            assertThat(there.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(OnnxLibrary.files());
        }
        for (String file : OnnxLibrary.files()) {
            assertThat(unpacked.resolve(file)).hasSameBinaryContentAs(packed.resolve(file));
        }
    }

    @Test
    void isUnpackedOnceAndMendedWhenItWasCut() throws IOException {
        OnnxLibrary.unpack(unpacked, this::resource);
        assertWhole();
        Path first = unpacked.resolve(OnnxLibrary.files().getFirst());
        FileTime marked = FileTime.fromMillis(1_000_000);
        Files.setLastModifiedTime(first, marked);
        OnnxLibrary.unpack(unpacked, this::resource);
        assertThat(Files.getLastModifiedTime(first)).as("not written again").isEqualTo(marked);
        Files.write(first, new byte[10]);
        OnnxLibrary.unpack(unpacked, this::resource);
        assertWhole();
    }

    @Test
    void manyAtOnceLeaveItWhole() throws Exception {
        try (var pool = Executors.newFixedThreadPool(4)) {
            List<Future<?>> all = new ArrayList<>();
            Callable<Path> work = () -> {
                OnnxLibrary.unpack(unpacked, this::resource);
                return unpacked;
            };
            for (int i = 0; i < 8; i++) {
                all.add(pool.submit(work));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
        assertWhole();
    }

    @Test
    void saysSoWhereItCannotBe() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> OnnxLibrary.unpack(file.resolve("below"), this::resource));
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> OnnxLibrary.unpack(unpacked, _ -> Optional.empty()))
                .withMessageContaining("no ");
    }

    @Test
    void thisProcessUsesTheOneThatWasUnpacked() {
        assertThat(new OnnxPredictors(OnnxOptions.standard()).build()).startsWith("onnxruntime 1.");
        Path used = Path.of(System.getProperty(OnnxLibrary.PATH, "none"));
        assertThat(used.resolve(OnnxLibrary.files().getFirst())).exists();
    }
}

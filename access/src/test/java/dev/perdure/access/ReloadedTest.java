package dev.perdure.access;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.perdure.core.BadSettingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What files say counts as long as it is usable. */
@Timeout(60)
class ReloadedTest {
    private static final Duration EVERY = Duration.ofMillis(20);
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final Queue<String> heard = new ConcurrentLinkedQueue<>();
    private Path one = Path.of("");
    private Path two = Path.of("");
    private Reloaded<String> read = new Reloaded<>("", List.of(), _ -> "", _ -> "", ReloadListener.NONE, LONG);

    /** Two files belong together when they say the same. */
    private static String joined(List<byte[]> contents) {
        String first = new String(contents.get(0), UTF_8);
        if (!first.equals(new String(contents.get(1), UTF_8))) {
            throw new BadSettingException("the files do not belong together");
        }
        return first;
    }

    @BeforeEach
    void open() throws IOException {
        read.close();
        one = folder.resolve("one");
        two = folder.resolve("two");
        Files.writeString(one, "a");
        Files.writeString(two, "a");
        read = new Reloaded<>(
                "pairs",
                List.of(one, two),
                ReloadedTest::joined,
                said -> "they say " + said,
                (what, isTaken, words) -> heard.add("%s %s: %s".formatted(what, isTaken ? "taken" : "kept", words)),
                EVERY);
    }

    @AfterEach
    void close() {
        read.close();
    }

    @Test
    void whatFilesSayNowCounts() throws IOException {
        assertThat(read.get()).isEqualTo("a");
        Files.writeString(one, "b");
        Files.writeString(two, "b");
        await().atMost(LONG).until(() -> read.get().equals("b"));
        assertThat(heard).last().isEqualTo("pairs taken: they say b");
    }

    @Test
    void whatCannotBeUsedChangesNothingAndIsTold() throws IOException {
        Files.writeString(one, "b");
        await().atMost(LONG).until(() -> !heard.isEmpty());
        assertThat(heard.remove()).isEqualTo("pairs kept: the files do not belong together");
        Files.delete(one);
        await().atMost(LONG).until(() -> !heard.isEmpty());
        assertThat(heard.remove()).startsWith("pairs kept: " + one + ": cannot be read: NoSuchFileException");
        assertThat(read.get()).isEqualTo("a");
        Files.writeString(one, "c");
        Files.writeString(two, "c");
        await().atMost(LONG).until(() -> read.get().equals("c"));
    }

    @Test
    void whatIsNotUsableAtFirstIsRefused() throws IOException {
        Files.writeString(one, "b");
        assertThatExceptionOfType(BadSettingException.class).isThrownBy(this::again);
        Files.delete(one);
        assertThatExceptionOfType(BadSettingException.class)
                .isThrownBy(this::again)
                .withMessageContaining("cannot be read");
    }

    private void again() {
        new Reloaded<>("pairs", List.of(one, two), ReloadedTest::joined, _ -> "", ReloadListener.NONE, EVERY).close();
    }
}

package dev.perdure.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishingTest {
    @TempDir
    Path folder;

    @Test
    void neverReplacesAFileUnderALock() throws IOException {
        LocalObjectStore store = new LocalObjectStore(folder, Publishing.underLock());

        assertThat(store.putIfAbsent("a", "first".getBytes(UTF_8))).isTrue();
        assertThat(store.putIfAbsent("a", "second".getBytes(UTF_8))).isFalse();
        assertThat(Publishing.underLock()
                        .publish(Files.writeString(folder.resolve(".tmp/x"), "third"), folder.resolve("a")))
                .isFalse();
        assertThat(folder.resolve("a")).hasContent("first");
        assertThat(store.list("")).containsExactly("a");
    }

    @Test
    void letsOneOfManyThreadsWinUnderALock() throws Exception {
        for (int round = 0; round < 20; round++) {
            String name = "contested/" + round;
            List<Callable<Boolean>> work = new ArrayList<>();
            for (int writer = 0; writer < 6; writer++) {
                byte[] bytes = {(byte) writer};
                work.add(() -> new LocalObjectStore(folder, Publishing.underLock()).putIfAbsent(name, bytes));
            }
            assertThat(answers(work)).as("round %d", round).containsOnlyOnce(true);
        }
    }

    @Test
    void letsOneOfTwoProcessesWinUnderALock() throws Exception {
        Process one = JavaProcess.start(Contender.class, folder.toString());
        Process other = JavaProcess.start(Contender.class, folder.toString());
        try {
            List<String> won = new ArrayList<>(one.inputReader(UTF_8).lines().toList());
            won.addAll(other.inputReader(UTF_8).lines().toList());

            assertThat(won).hasSize(100).doesNotHaveDuplicates();
        } finally {
            one.destroyForcibly();
            other.destroyForcibly();
        }
    }

    /** Prints the names that it won of a hundred. */
    static final class Contender {
        public static void main(String[] arguments) throws IOException {
            LocalObjectStore store = new LocalObjectStore(Path.of(arguments[0]), Publishing.underLock());
            for (int i = 0; i < 100; i++) {
                if (store.putIfAbsent("name" + i, new byte[] {1})) {
                    System.out.println("name" + i);
                }
            }
        }
    }

    @Test
    void turnsToTheLockForGoodWhereTheFileSystemHasNoLinks() throws IOException {
        AtomicInteger links = new AtomicInteger();
        Publishing publishing = new Publishing.ByLink(
                (added, _) -> {
                    links.incrementAndGet();
                    throw new FileSystemException(added.toString(), null, "Operation not permitted");
                },
                Publishing.underLock());
        LocalObjectStore store = new LocalObjectStore(folder, publishing);

        assertThat(store.putIfAbsent("a", "first".getBytes(UTF_8))).isTrue();
        assertThat(store.putIfAbsent("b", "second".getBytes(UTF_8))).isTrue();
        assertThat(links)
                .as("the link, and the probe that showed that none works")
                .hasValue(2);
        assertThat(store.list("")).containsExactly("a", "b");
    }

    @Test
    void doesNotTakeAnotherFailureOfALinkForALackOfLinks() throws IOException {
        Publishing publishing = new Publishing.ByLink(
                (added, existing) -> {
                    if (added.endsWith("a")) {
                        throw new AccessDeniedException(added.toString());
                    }
                    return Files.createLink(added, existing);
                },
                (_, _) -> {
                    throw new AssertionError("turned to the lock");
                });
        LocalObjectStore store = new LocalObjectStore(folder, publishing);

        assertThatExceptionOfType(AccessDeniedException.class).isThrownBy(() -> store.putIfAbsent("a", new byte[1]));
        assertThat(store.putIfAbsent("b", new byte[1])).isTrue();
        assertThat(store.list("")).containsExactly("b");
    }

    private static <T> List<T> answers(List<Callable<T>> work) throws Exception {
        List<T> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<T> future : threads.invokeAll(work)) {
                answers.add(future.get());
            }
        }
        return answers;
    }
}

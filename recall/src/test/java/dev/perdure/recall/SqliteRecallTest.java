package dev.perdure.recall;

import static dev.perdure.recall.RecallContractTest.answer;
import static dev.perdure.recall.RecallContractTest.find;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.perdure.testkit.SmallDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers outlive the process that kept them, and a bad disk costs nothing but that. */
class SqliteRecallTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SOON = Duration.ofMillis(50);

    @TempDir
    Path folder;

    private final List<String> told = new CopyOnWriteArrayList<>();
    private Path file = Path.of("");

    @BeforeEach
    void name() {
        file = folder.resolve("in/answers.db");
    }

    private SqliteRecall open() {
        return open(1 << 20);
    }

    private SqliteRecall open(long bytesMax) {
        return new SqliteRecall(
                file, new RecallLimits(Duration.ofHours(1), bytesMax), RecallContractTest.CLOCK, SOON, told::add);
    }

    private void keep(KnownAnswer... answers) {
        try (Recall recall = open()) {
            for (KnownAnswer each : answers) {
                recall.keep(each);
            }
        }
    }

    @Test
    void answersOutliveTheProcessAndWhatWasForgottenDoesNotComeBack() {
        keep(answer("m", "x", "one", "a"), answer("m", "y", "two", "b"), answer("m", "z", "three", "b"));
        try (Recall recall = open()) {
            await().atMost(LONG).until(() -> find(recall, "m", "x").isPresent());
            assertThat(find(recall, "m", "y")).hasValue("two");
            recall.forgetSource("b");
            recall.keep(answer("m", "z", "four", "c"));
        }
        try (Recall recall = open()) {
            await().atMost(LONG).until(() -> find(recall, "m", "x").isPresent());
            assertThat(find(recall, "m", "y")).isEmpty();
            assertThat(find(recall, "m", "z")).hasValue("four");
        }
        assertThat(told).isEmpty();
    }

    @Test
    void changesAreMadeInTheirOrder() {
        KnownAnswer one = answer("m", "x", "one", "a");
        try (Recall recall = open()) {
            recall.keep(one);
            recall.forget(one.question());
            recall.keep(answer("n", "x", "two", "a"));
            recall.forgetModel("n");
            recall.keep(answer("n", "x", "three", "b"));
        }
        try (Recall recall = open()) {
            await().atMost(LONG).until(() -> find(recall, "n", "x").isPresent());
            assertThat(find(recall, "n", "x")).hasValue("three");
            assertThat(find(recall, "m", "x")).isEmpty();
        }
    }

    @Test
    void whatIsForgottenBeforeItWasReadIsForgotten() {
        keep(answer("m", "x", "one", "a"), answer("m", "y", "two", "b"));
        try (Recall recall = open()) {
            recall.forgetSource("a");
            await().atMost(LONG).until(() -> find(recall, "m", "y").isPresent());
            assertThat(find(recall, "m", "x")).isEmpty();
        }
    }

    @Test
    void theFileIsItsOwnersAlone() throws IOException {
        keep(answer("m", "x", "one", "a"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void aChangedAnswerOnDiskIsFoundOutAndLeftOut() throws IOException {
        keep(answer("m", "x", "right answer", "a"), answer("m", "y", "another", "a"));
        byte[] bytes = Files.readAllBytes(file);
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("right answer");
        assertThat(at).isPositive();
        bytes[at] ^= 1;
        Files.write(file, bytes);
        try (Recall recall = open()) {
            await().atMost(LONG).until(() -> find(recall, "m", "y").isPresent());
            assertThat(find(recall, "m", "x")).isEmpty();
            assertThat(told).singleElement().asString().contains("1 answers were not as they had been written");
        }
    }

    @Test
    void aDamagedFileCostsThePersistenceIsToldOnceAndIsLeftAsItIs() throws IOException {
        Files.createDirectories(file.getParent());
        byte[] rubbish = "this is no database, and never was one".repeat(100).getBytes(StandardCharsets.UTF_8);
        Files.write(file, rubbish);
        try (Recall recall = open()) {
            recall.keep(answer("m", "x", "one", "a"));
            await().atMost(LONG).until(() -> recall.counts().notWritten() == 1);
            recall.keep(answer("m", "y", "two", "a"));
            await().atMost(LONG).until(() -> recall.counts().notWritten() == 2);
            assertThat(find(recall, "m", "x")).hasValue("one");
            assertThat(find(recall, "m", "y")).hasValue("two");
        }
        assertThat(told).singleElement().asString().contains(file.toString(), "no database", "Move it away");
        assertThat(Files.readAllBytes(file)).isEqualTo(rubbish);
    }

    /** As it is on a machine that is busy, or with a disk that is slow: who waited has not worked, and need not rest from it. */
    @Test
    void aFileThatTookLongToOpenIsWrittenAsSoonAsAnyOther() {
        var opens = new Semaphore(1);
        InstantSource clock = () -> {
            if (Thread.currentThread().getName().equals("known answers") && opens.tryAcquire()) {
                LockSupport.parkNanos(LONG.toNanos() / 10);
            }
            return RecallContractTest.CLOCK.instant();
        };
        try (Recall recall =
                new SqliteRecall(file, new RecallLimits(Duration.ofHours(1), 1 << 20), clock, SOON, told::add)) {
            recall.keep(answer("m", "x", "one", "a"));
            await().atMost(LONG).until(() -> recall.counts().written() == 1);
        }
    }

    @Test
    void aFullDiskCostsWhatItDidNotTakeIsToldOnceAndIsWrittenAgainWhenThereIsRoom() throws Exception {
        try (var disk = SmallDisk.over(Files.createDirectories(file.getParent()), "size=128k");
                Recall recall = open()) {
            for (int i = 0; i < 400; i++) {
                recall.keep(answer("m", "x" + i, "y".repeat(1000), "a"));
            }
            await().atMost(LONG).until(() -> recall.counts().notWritten() > 0);
            assertThat(find(recall, "m", "x399")).isPresent();
            disk.change("size=10m");
            await().atMost(LONG).until(() -> told.size() == 2);
            recall.keep(answer("m", "z", "later", "a"));
            await().atMost(LONG).until(() -> recall.counts().written() > 0);
            assertThat(told.getFirst()).contains("the disk is full", "Free some space");
            assertThat(told.getLast()).contains("it can be written again");
        }
    }

    @Test
    void somebodyElsesDatabaseIsLeftAlone() throws Exception {
        Files.createDirectories(file.getParent());
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement()) {
            statement.execute("create table answer (theirs text)");
        }
        byte[] before = Files.readAllBytes(file);
        keep(answer("m", "x", "one", "a"));
        assertThat(told).singleElement().asString().contains("a database of something else");
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void aFileThatComesBackIsWrittenAndWhatWasToBeForgottenIs() throws IOException {
        keep(answer("m", "x", "one", "a"), answer("m", "y", "two", "b"));
        Path away = folder.resolve("away");
        Files.move(file.getParent(), away);
        Files.writeString(file.getParent(), "a file where a folder should be");
        try (Recall recall = open()) {
            await().atMost(LONG).until(() -> !told.isEmpty());
            recall.forgetSource("a");
            recall.keep(answer("m", "z", "lost", "c"));
            await().atMost(LONG).until(() -> recall.counts().notWritten() == 1);
            Files.delete(file.getParent());
            Files.move(away, file.getParent());
            await().atMost(LONG).until(() -> find(recall, "m", "y").isPresent());
            assertThat(find(recall, "m", "x")).isEmpty();
            recall.keep(answer("m", "v", "written", "c"));
        }
        assertThat(told).hasSize(2).last().asString().contains("it can be written again");
        try (Recall recall = open()) {
            await().atMost(LONG).until(() -> find(recall, "m", "v").isPresent());
            assertThat(find(recall, "m", "x")).isEmpty();
            assertThat(find(recall, "m", "z")).isEmpty();
        }
    }

    @Test
    void theFileKeepsTheLatestThatThereIsRoomFor() throws Exception {
        try (Recall recall = open(1 << 17)) {
            for (int i = 0; i < 300; i++) {
                RecallContractTest.CLOCK.goOn(Duration.ofMillis(1));
                recall.keep(answer("m", "x" + i, "y".repeat(1000), "a"));
            }
        }
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement();
                var rows = statement.executeQuery("select count(*), max(input = 'x299') from answer")) {
            rows.next();
            assertThat(rows.getInt(1)).isBetween(50, (1 << 17) / 1400);
            assertThat(rows.getInt(2)).isEqualTo(1);
        }
        assertThat(told).isEmpty();
    }

    @Test
    void whatIsTooOldIsNotRead() {
        keep(answer("m", "x", "one", "a"));
        RecallContractTest.CLOCK.goOn(Duration.ofMinutes(61));
        keep(answer("m", "y", "two", "a"));
        try (Recall recall = open()) {
            await().atMost(LONG).until(() -> find(recall, "m", "y").isPresent());
            assertThat(recall.counts().kept()).isEqualTo(1);
        }
    }
}

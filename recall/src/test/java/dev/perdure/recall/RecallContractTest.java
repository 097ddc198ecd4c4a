package dev.perdure.recall;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What both ways of keeping answers promise. */
class RecallContractTest {
    private static final Duration HOUR = Duration.ofHours(1);

    @TempDir
    static Path folder;

    static final Clock CLOCK = new Clock();
    private static final List<String> TOLD = new CopyOnWriteArrayList<>();
    private static int number;

    @AfterAll
    static void nothingWasTheMatter() {
        assertThat(TOLD).isEmpty();
    }

    static Stream<Supplier<Recall>> recalls() {
        var limits = new RecallLimits(HOUR, 1 << 20);
        return Stream.of(
                () -> new MemoryRecall(limits, CLOCK),
                () -> new SqliteRecall(
                        folder.resolve("answers-%d.db".formatted(number++)), limits, CLOCK, HOUR, TOLD::add));
    }

    static KnownAnswer answer(String model, String input, String words, String source) {
        return new KnownAnswer(
                new Question(model, input),
                MemorySegment.ofArray(words.getBytes(StandardCharsets.UTF_8)),
                CLOCK.millis(),
                source);
    }

    static Optional<String> find(Recall recall, String model, String input) {
        return recall.find(new Question(model, input))
                .map(known -> new String(known.answer().toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @MethodSource("recalls")
    void onlyTheExactQuestionIsAnswered(Supplier<Recall> kind) {
        try (Recall recall = kind.get()) {
            recall.keep(answer("m", "x", "one", "a"));
            assertThat(find(recall, "m", "x")).hasValue("one");
            assertThat(find(recall, "m", "X")).isEmpty();
            assertThat(find(recall, "n", "x")).isEmpty();
            assertThat(recall.counts().found()).isEqualTo(1);
            assertThat(recall.counts().missed()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @MethodSource("recalls")
    void theLastAnswerCounts(Supplier<Recall> kind) {
        try (Recall recall = kind.get()) {
            recall.keep(answer("m", "x", "one", "a"));
            recall.keep(answer("m", "x", "two", "b"));
            recall.forgetSource("a");
            assertThat(find(recall, "m", "x")).hasValue("two");
        }
    }

    @ParameterizedTest
    @MethodSource("recalls")
    void noAnswerIsGivenThatIsTooOldOrOfTheFuture(Supplier<Recall> kind) {
        try (Recall recall = kind.get()) {
            recall.keep(answer("m", "x", "one", "a"));
            CLOCK.goOn(HOUR);
            assertThat(find(recall, "m", "x")).hasValue("one");
            CLOCK.goOn(Duration.ofMillis(1));
            assertThat(find(recall, "m", "x")).isEmpty();
            recall.keep(answer("m", "x", "two", "a"));
            CLOCK.goOn(Duration.ofMinutes(-1));
            assertThat(find(recall, "m", "x"))
                    .as("of a clock that was set back")
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("recalls")
    void whatIsForgottenIsNotGivenAndEverythingElseIs(Supplier<Recall> kind) {
        try (Recall recall = kind.get()) {
            for (String model : new String[] {"m", "n"}) {
                for (String source : new String[] {"a", "b"}) {
                    recall.keep(answer(model, source + 1, "one", source));
                    recall.keep(answer(model, source + 2, "two", source));
                }
            }
            recall.forget(new Question("m", "b1"));
            assertThat(find(recall, "m", "b1")).isEmpty();
            assertThat(find(recall, "m", "b2")).isPresent();
            recall.forgetSource("a");
            assertThat(find(recall, "m", "a1")).isEmpty();
            assertThat(find(recall, "n", "a2")).isEmpty();
            assertThat(find(recall, "n", "b1")).isPresent();
            recall.forgetModel("m");
            assertThat(find(recall, "m", "b2")).isEmpty();
            assertThat(find(recall, "n", "b2")).isPresent();
        }
    }

    @ParameterizedTest
    @MethodSource("recalls")
    void itTakesNoMoreRoomThanItMay(Supplier<Recall> kind) {
        try (Recall recall = kind.get()) {
            for (int i = 0; i < 2000; i++) {
                recall.keep(answer("m", "x" + i, "y".repeat(1000), "a"));
            }
            assertThat(recall.counts().kept()).isBetween(1L, (1L << 20) / 1000);
        }
    }
}

package dev.perdure.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.perdure.core.Seeds;
import dev.perdure.store.MemoryObjectStore;
import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The promises of {@link ObjectStore}. Each backend has a test that extends this one and says how to open it. */
public abstract class ObjectStoreContract {
    /** Above this a Java array, a {@code ByteBuffer} and a single system call end. */
    private static final long HUGE_BYTES = (2L << 30) + (1 << 20) + 3;

    private ObjectStore store = new MemoryObjectStore();

    /** Returns a store that holds nothing. */
    protected abstract ObjectStore openEmpty() throws IOException;

    /**
     * Returns a store as a process would open it that starts now and shares no memory with the one that filled {@code
     * store}. A store that does not outlive its process returns the same one.
     */
    protected abstract ObjectStore reopen(ObjectStore store) throws IOException;

    @BeforeEach
    void open() throws IOException {
        store = openEmpty();
    }

    @Test
    void holdsNothingAtFirst() throws IOException {
        assertThat(store.list("")).isEmpty();
        assertThat(store.list("a/b")).isEmpty();
        assertThat(store.size("a/b")).isEmpty();
        assertThat(store.delete("a/b")).isFalse();
    }

    @Test
    void givesBackWhatWasPut() throws IOException {
        assertThat(store.putIfAbsent("objects/ab-1_2.bin", bytes("hello"))).isTrue();

        for (ObjectStore either : List.of(store, reopen(store))) {
            assertThat(either.readAll("objects/ab-1_2.bin")).isEqualTo(bytes("hello"));
            assertThat(either.size("objects/ab-1_2.bin")).hasValue(5);
            assertThat(either.list("")).containsExactly("objects/ab-1_2.bin");
        }
    }

    @Test
    void neverOverwrites() throws IOException {
        assertThat(store.putIfAbsent("a/b", bytes("first"))).isTrue();
        assertThat(store.putIfAbsent("a/b", bytes("second, longer"))).isFalse();
        assertThat(store.putIfAbsent("a/b", bytes("first"))).isFalse();
        assertThat(reopen(store).putIfAbsent("a/b", bytes(""))).isFalse();

        assertThat(store.readAll("a/b")).isEqualTo(bytes("first"));
    }

    @Test
    void keepsObjectsApart() throws IOException {
        store.putIfAbsent("a", bytes("1"));
        store.putIfAbsent("a-b", bytes("2"));
        store.putIfAbsent("c/a", bytes("3"));
        store.delete("a");

        assertThat(store.readAll("a-b")).isEqualTo(bytes("2"));
        assertThat(store.readAll("c/a")).isEqualTo(bytes("3"));
    }

    @Test
    void keepsItsOwnCopy() throws IOException {
        byte[] mine = bytes("mine");
        store.putIfAbsent("a", mine);
        Arrays.fill(mine, (byte) 'x');
        byte[] read = store.readAll("a");
        Arrays.fill(read, (byte) 'y');

        assertThat(store.readAll("a")).isEqualTo(bytes("mine"));
    }

    @Test
    void laysPiecesOfEveryKindAndSizeOneAfterTheOther() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            List<MemorySegment> pieces = new ArrayList<>();
            long size = 0;
            for (int i = 0; i < 700; i++) {
                long length = i % 97 == 0 ? (1 << 20) + i : i % 5;
                MemorySegment piece =
                        i % 2 == 0 ? arena.allocate(length, 1) : MemorySegment.ofArray(new byte[(int) length]);
                fill(piece, i);
                pieces.add(i % 3 == 0 ? piece.asReadOnly() : piece);
                size += length;
            }
            assertThat(store.putIfAbsent("many", pieces)).isTrue();

            MemorySegment read = arena.allocate(size, 1);
            assertThat(store.read("many", 0, read)).isEqualTo(size);
            long at = 0;
            for (MemorySegment piece : pieces) {
                assertThat(read.asSlice(at, piece.byteSize()).mismatch(piece)).isEqualTo(-1);
                at += piece.byteSize();
            }
        }
    }

    @Test
    void takesSegmentsOfOtherElementTypes() throws IOException {
        store.putIfAbsent("floats", List.of(MemorySegment.ofArray(new float[] {1.5f, -2f}), MemorySegment.NULL));
        float[] read = new float[2];

        assertThat(store.read("floats", 0, MemorySegment.ofArray(read))).isEqualTo(8);
        assertThat(read).containsExactly(1.5f, -2f);
    }

    @Test
    void holdsEmptyObjects() throws IOException {
        assertThat(store.putIfAbsent("none", List.of())).isTrue();
        assertThat(store.putIfAbsent("nothing", new byte[0])).isTrue();
        assertThat(store.putIfAbsent("nothing", bytes("something"))).isFalse();

        assertThat(reopen(store).list("no")).containsExactly("none", "nothing");
        assertThat(store.size("none")).hasValue(0);
        assertThat(store.readAll("nothing")).isEmpty();
        assertThat(store.read("none", 0, MemorySegment.ofArray(new byte[4]))).isZero();
    }

    @Test
    void readsRanges() throws IOException {
        byte[] content = new byte[3_000_000];
        new Random(1).nextBytes(content);
        store.putIfAbsent("a", content);
        Random random = new Random(2);
        for (int round = 0; round < 50; round++) {
            int offset = random.nextInt(content.length + 10);
            int wanted = random.nextInt(1, round % 2 == 0 ? 100 : content.length);
            byte[] target = new byte[wanted + 2];
            long copied = store.read("a", offset, MemorySegment.ofArray(target).asSlice(1, wanted));

            int expected = Math.clamp(content.length - offset, 0, wanted);
            assertThat(copied).as("round %d", round).isEqualTo(expected);
            assertThat(Arrays.mismatch(
                            target,
                            1,
                            1 + expected,
                            content,
                            Math.min(offset, content.length),
                            Math.min(offset, content.length) + expected))
                    .as("round %d", round)
                    .isEqualTo(-1);
            assertThat(target[0]).isZero();
            assertThat(target[wanted + 1]).isZero();
        }
    }

    @Test
    void readsNothingAtAndBeyondTheEnd() throws IOException {
        store.putIfAbsent("a", bytes("hello"));
        MemorySegment target = MemorySegment.ofArray(new byte[4]);

        assertThat(store.read("a", 3, target)).isEqualTo(2);
        assertThat(store.read("a", 5, target)).isZero();
        assertThat(store.read("a", Long.MAX_VALUE - 3, target)).isZero();
        assertThat(store.read("a", 0, target.asSlice(0, 0))).isZero();
        assertThatIllegalArgumentException().isThrownBy(() -> store.read("a", -1, target));
    }

    @Test
    void showsEveryByteOnceInOrderWhileReading() throws IOException {
        byte[] content = new byte[1_500_000];
        new Random(3).nextBytes(content);
        store.putIfAbsent("a", content);
        for (long wanted : new long[] {1_000_000, 2_000_000}) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment target = arena.allocate(wanted, 1);
                List<MemorySegment> shown = new ArrayList<>();
                List<Integer> mismatches = new ArrayList<>();
                long copied = store.read("a", 7, target, slice -> {
                    long at = slice.address() - target.address();
                    byte[] expected = Arrays.copyOfRange(content, (int) at + 7, (int) (at + 7 + slice.byteSize()));
                    mismatches.add((int) slice.mismatch(MemorySegment.ofArray(expected)));
                    shown.add(slice);
                });

                assertThat(copied).isEqualTo(Math.min(wanted, content.length - 7));
                assertThat(mismatches).isNotEmpty().allMatch(at -> at == -1);
                assertThat(endOf(shown, target)).isEqualTo(copied);
            }
        }
    }

    /** Returns where slices end that follow each other without gap, beginning where the target does. */
    private static long endOf(List<MemorySegment> slices, MemorySegment target) {
        long end = 0;
        for (MemorySegment slice : slices) {
            assertThat(slice.address()).isEqualTo(target.address() + end);
            end += slice.byteSize();
        }
        return end;
    }

    @Test
    void saysSoWhenThereIsNothingToRead() throws IOException {
        store.putIfAbsent("a/b", bytes("hello"));
        MemorySegment target = MemorySegment.ofArray(new byte[1]);

        for (String absent : List.of("x", "a", "a/c", "a/b/c")) {
            assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> store.read(absent, 0, target));
            assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> store.readAll(absent));
            assertThatExceptionOfType(NoSuchFileException.class)
                    .isThrownBy(() -> store.read(absent, 9, target.asSlice(1), _ -> {}));
            assertThat(store.size(absent)).as(absent).isEmpty();
            assertThat(store.delete(absent)).as(absent).isFalse();
        }
    }

    @Test
    void listsInOrderOfCharacters() throws IOException {
        List<String> names = List.of("B", "a", "a-b", "a.b", "a0/x", "aa/b", "aa/b.c", "ab/c/d/e", "ab/c1", "b");
        for (String name : names.reversed()) {
            store.putIfAbsent(name, bytes(name));
        }

        assertThat(store.list("")).isEqualTo(names);
        assertThat(reopen(store).list("")).isEqualTo(names);
    }

    @Test
    void listsByPrefixesThatEndAnywhere() throws IOException {
        List<String> names = List.of("run/a", "run/ab", "run/ab-", "run/ac/d", "run/ac/e", "run2/a", "sun");
        for (String name : names) {
            store.putIfAbsent(name, bytes(name));
        }
        for (String prefix : List.of(
                "",
                "r",
                "run",
                "run/",
                "run/a",
                "run/ab",
                "run/ab-",
                "run/ac",
                "run/ac/",
                "run/ac/d",
                "run2",
                "run2/",
                "x",
                "run/ac/d/",
                "sun/",
                "su",
                "sunn")) {
            assertThat(store.list(prefix))
                    .as(prefix)
                    .isEqualTo(names.stream()
                            .filter(name -> name.startsWith(prefix))
                            .toList());
        }
    }

    @Test
    void deletesForGood() throws IOException {
        store.putIfAbsent("a/b", bytes("old"));
        store.putIfAbsent("a/c", bytes("other"));

        assertThat(store.delete("a/b")).isTrue();
        assertThat(store.delete("a/b")).isFalse();
        assertThat(reopen(store).list("")).containsExactly("a/c");
        assertThat(store.size("a/b")).isEmpty();
        assertThat(store.putIfAbsent("a/b", bytes("new"))).isTrue();
        assertThat(reopen(store).readAll("a/b")).isEqualTo(bytes("new"));
    }

    @Test
    void replacesADamagedObjectInEveryCopy() throws IOException {
        store.putIfAbsent("a", bytes("damaged"));
        store.putIfAbsent("b", bytes("other"));
        for (ObjectStore copy : store.copies()) {
            copy.replaceDamaged("a", List.of(MemorySegment.ofArray(bytes("right"))));
        }

        assertThat(store.copies()).isNotEmpty();
        assertThat(store.readAll("a")).isEqualTo(bytes("right"));
        assertThat(store.list("")).containsExactly("a", "b");
    }

    @Test
    void refusesNamesThatNoStoreCanHold() throws IOException {
        List<String> refused = List.of(
                "",
                "/",
                "/a",
                "a/",
                "a//b",
                ".",
                "..",
                "../a",
                "a/..",
                "a/../b",
                "a/./b",
                ".a",
                "a/.b",
                ".tmp/x",
                "a\\b",
                "a\0b",
                "a b",
                "a:b",
                "ä",
                "a\nb",
                "a*",
                "~",
                "a".repeat(201),
                "a/".repeat(500) + "a");
        for (String name : refused) {
            assertThatIllegalArgumentException().as(name).isThrownBy(() -> store.putIfAbsent(name, new byte[1]));
            assertThatIllegalArgumentException().as(name).isThrownBy(() -> store.size(name));
            assertThatIllegalArgumentException().as(name).isThrownBy(() -> store.readAll(name));
            assertThatIllegalArgumentException().as(name).isThrownBy(() -> store.delete(name));
        }
        for (String prefix : List.of("/", "..", "../", "a/../", ".", "a//", "a\\", "a b")) {
            assertThatIllegalArgumentException().as(prefix).isThrownBy(() -> store.list(prefix));
        }
        assertThat(store.list("")).isEmpty();
    }

    @Test
    void takesTheLongestNames() throws IOException {
        String name = String.join("/", "x".repeat(200), "y".repeat(200), "z".repeat(200), "w".repeat(197));
        assertThat(store.putIfAbsent(name, bytes("far"))).isTrue();

        assertThat(store.list("x")).containsExactly(name);
        assertThat(reopen(store).readAll(name)).isEqualTo(bytes("far"));
    }

    @Test
    void letsOneOfManyCreateAnObjectAndShowsItWhole() throws Exception {
        int writers = 6;
        for (int round = 0; round < 20; round++) {
            String name = "contested/" + round;
            List<Callable<Boolean>> work = new ArrayList<>();
            for (int writer = 0; writer < writers; writer++) {
                byte[] content = new byte[100_000 + writer];
                Arrays.fill(content, (byte) writer);
                work.add(() -> store.putIfAbsent(name, content));
                work.add(() -> isAbsentOrWhole(name));
            }
            List<Boolean> answers = allOf(work);

            long winners = 0;
            for (int i = 0; i < answers.size(); i++) {
                winners += i % 2 == 0 && answers.get(i) ? 1 : 0;
                assertThat(i % 2 == 0 || answers.get(i))
                        .as("round %d: readers see all or nothing", round)
                        .isTrue();
            }
            assertThat(winners).as("round %d", round).isEqualTo(1);
            int winner = firstWinner(answers);
            assertThat(store.readAll(name)).hasSize(100_000 + winner).containsOnly((byte) winner);
        }
    }

    private static int firstWinner(List<Boolean> answers) {
        for (int i = 0; i < answers.size(); i += 2) {
            if (answers.get(i)) {
                return i / 2;
            }
        }
        throw new AssertionError("nobody won");
    }

    private boolean isAbsentOrWhole(String name) throws IOException {
        OptionalLong size = store.size(name);
        if (size.isEmpty()) {
            return true;
        }
        byte[] bytes = store.readAll(name);
        for (byte b : bytes) {
            if (b != bytes[0]) {
                return false;
            }
        }
        return bytes.length == 100_000 + bytes[0];
    }

    @Test
    void keepsItsBooksBesideManyThreads() throws Exception {
        List<Callable<Boolean>> work = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            String folder = "thread" + thread + "/";
            work.add(() -> {
                for (int i = 0; i < 25; i++) {
                    assertThat(store.putIfAbsent(folder + i, bytes(folder + i))).isTrue();
                    assertThat(store.list(folder)).contains(folder + i);
                    if (i % 2 == 1) {
                        assertThat(store.delete(folder + i)).isTrue();
                        assertThat(store.list(folder)).doesNotContain(folder + i);
                    }
                }
                return true;
            });
        }
        assertThat(allOf(work)).containsOnly(true);
        assertThat(store.list("")).hasSize(4 * 13);
    }

    private static <T> List<T> allOf(List<Callable<T>> work) throws Exception {
        List<T> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<T> future : threads.invokeAll(work)) {
                answers.add(future.get());
            }
        }
        return answers;
    }

    @Test
    void agreesWithAMapOverAnySequenceOfOperations() throws IOException {
        for (long seed = 0; seed < 15; seed++) {
            store = openEmpty();
            new MapComparison(seed).run();
        }
    }

    /** The second opinion: the same operations on a sorted map. */
    private final class MapComparison {
        private final TreeMap<String, byte[]> map = new TreeMap<>();
        private final long seed;
        private final Random random;

        MapComparison(long seed) {
            this.seed = seed;
            this.random = new Random(Seeds.mix(seed));
        }

        void run() throws IOException {
            for (int step = 0; step < 60; step++) {
                String name = "d" + random.nextInt(2) + "/" + "ab".substring(random.nextInt(2)) + random.nextInt(3);
                String as = "seed %d, step %d, %s".formatted(seed, step, name);
                switch (random.nextInt(6)) {
                    case 0, 1 -> {
                        byte[] content = new byte[random.nextInt(50)];
                        random.nextBytes(content);
                        assertThat(store.putIfAbsent(name, content))
                                .as(as)
                                .isEqualTo(map.putIfAbsent(name, content) == null);
                    }
                    case 2 -> assertThat(store.delete(name)).as(as).isEqualTo(map.remove(name) != null);
                    case 3 -> {
                        byte[] content = map.get(name);
                        assertThat(store.size(name))
                                .as(as)
                                .isEqualTo(content == null ? OptionalLong.empty() : OptionalLong.of(content.length));
                        if (content != null) {
                            assertThat(store.readAll(name)).as(as).isEqualTo(content);
                        }
                    }
                    case 4 -> store = reopen(store);
                    default -> {
                        String prefix = name.substring(0, random.nextInt(name.length()));
                        assertThat(store.list(prefix))
                                .as(as)
                                .isEqualTo(map.keySet().stream()
                                        .filter(n -> n.startsWith(prefix))
                                        .toList());
                    }
                }
            }
        }
    }

    @Test
    @Tag("soak")
    void holdsObjectsAboveTwoGibibytes() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment huge = arena.allocate(HUGE_BYTES, 8);
            for (long at = 0; at + 8 <= HUGE_BYTES; at += 4096) {
                huge.set(ValueLayout.JAVA_LONG, at, Seeds.mix(at));
            }
            assertThat(store.putIfAbsent("huge", List.of(huge))).isTrue();
            assertThat(store.size("huge")).hasValue(HUGE_BYTES);
            MemorySegment read = arena.allocate(HUGE_BYTES, 8);

            assertThat(store.read("huge", 0, read)).isEqualTo(HUGE_BYTES);
            assertThat(read.mismatch(huge)).isEqualTo(-1);
            assertThat(store.read("huge", HUGE_BYTES - 5, read)).isEqualTo(5);
            assertThat(MemorySegment.mismatch(read, 0, 5, huge, HUGE_BYTES - 5, HUGE_BYTES))
                    .isEqualTo(-1);
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> store.readAll("huge"));
        }
    }

    private static void fill(MemorySegment segment, long seed) {
        for (long at = 0; at < segment.byteSize(); at++) {
            segment.set(ValueLayout.JAVA_BYTE, at, (byte) Seeds.mix(seed * 31 + at));
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}

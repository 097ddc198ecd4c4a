package dev.perdure.testkit;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Collective;
import dev.perdure.engine.Collective.Part;
import dev.perdure.engine.CollectiveFailedException;
import dev.perdure.engine.Collectives;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every way to form groups promises, shown with members that are threads of one process. */
@Timeout(60)
public abstract class CollectiveContract {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory());
    private final AtomicLong generations = new AtomicLong();

    /** Returns the implementation under test; the same one each time. */
    protected abstract Collectives collectives();

    /** Returns where the members of a generation meet. */
    protected abstract String meetingPoint(long generation);

    /** What a member does. */
    protected interface Role<T> {
        T play(Collective group) throws Exception;
    }

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }

    /** Lets every member of a new group play, and returns what they gave, in order of rank. */
    protected final <T> List<T> together(int size, Role<T> role) throws Exception {
        List<T> results = new ArrayList<>();
        for (Future<T> member : start(size, role)) {
            results.add(member.get(SOON.toSeconds(), TimeUnit.SECONDS));
        }
        return results;
    }

    private <T> List<Future<T>> start(int size, Role<T> role) {
        long generation = generations.incrementAndGet();
        return IntStream.range(0, size)
                .mapToObj(rank -> threads.submit(() -> {
                    try (Collective group = meet(rank, size, generation)) {
                        return role.play(group);
                    }
                }))
                .toList();
    }

    private Collective meet(int rank, int size, long generation) throws InterruptedException {
        return collectives().meet(meetingPoint(generation), rank, size, generation, SOON);
    }

    @Test
    void everyoneKnowsItsPlace() throws Exception {
        assertThat(together(3, group -> group.rank() + " of " + group.size()))
                .containsExactly("0 of 3", "1 of 3", "2 of 3");
    }

    @Test
    void aGroupOfOneExchangesNothingAndWorks() throws Exception {
        assertThat(together(1, group -> group.gatherLongs(7).getFirst()[0])).containsExactly(7L);
    }

    @Test
    void givesEverybodyEverybodysNumbersBitForBit() throws Exception {
        double odd = Double.longBitsToDouble(0x7ff8_0000_0000_1234L);
        for (int size : new int[] {2, 3, 5}) {
            for (List<double[]> all : together(size, group -> {
                List<double[]> gathered = group.gatherDoubles(group.rank(), -0.0, odd);
                group.gatherLongs();
                return gathered;
            })) {
                for (int rank = 0; rank < size; rank++) {
                    double[] expected = {rank, -0.0, odd};
                    for (int i = 0; i < expected.length; i++) {
                        assertThat(Double.doubleToRawLongBits(all.get(rank)[i]))
                                .isEqualTo(Double.doubleToRawLongBits(expected[i]));
                    }
                }
            }
        }
    }

    @Test
    void gathersSegmentsOfAnyLengths() throws Exception {
        for (int seed = 0; seed < 10; seed++) {
            var random = new Random(seed);
            int size = 2 + random.nextInt(3);
            int[] lengths = random.ints(size, 0, 100_000).toArray();
            lengths[random.nextInt(size)] = 0;
            together(size, group -> {
                try (Arena arena = Arena.ofShared()) {
                    List<MemorySegment> segments = IntStream.range(0, size)
                            .mapToObj(rank -> arena.allocate(lengths[rank]))
                            .toList();
                    fill(segments.get(group.rank()), group.rank());
                    group.allGather(segments);
                    for (int rank = 0; rank < size; rank++) {
                        assertFilled(segments.get(rank), rank);
                    }
                    return true;
                }
            });
        }
    }

    @Test
    void exchangesPartsOfUnequalLengthsAllAtOnceAndInOrder() throws Exception {
        int size = 4;
        together(size, group -> {
            try (Arena arena = Arena.ofShared()) {
                int rank = group.rank();
                List<Part> outgoing = new ArrayList<>();
                List<Part> incoming = new ArrayList<>();
                for (int other = size - 1; other >= 0; other--) {
                    for (int nth = 0; other != rank && nth < 3; nth++) {
                        outgoing.add(new Part(other, fill(arena.allocate(length(rank, other, nth)), rank * 10 + nth)));
                        incoming.add(new Part(other, arena.allocate(length(other, rank, nth))));
                    }
                }
                group.exchange("test", outgoing, incoming);
                for (int i = 0; i < incoming.size(); i++) {
                    assertFilled(incoming.get(i).memory(), incoming.get(i).member() * 10 + i % 3);
                }
                return group.gatherLongs();
            }
        });
    }

    private static long length(int from, int to, int nth) {
        return from == 2 && nth == 1 ? 0 : 1000L * from + 100L * to + nth + (nth == 2 ? 3_000_000 : 0);
    }

    @Test
    void copiesTensorsFromOneToThoseWhoNeedThem() throws Exception {
        int size = 4;
        for (Set<Integer> receivers : List.of(Set.of(0, 1, 3), Set.of(2, 3), Set.of(0), Set.<Integer>of())) {
            together(size, group -> {
                try (Arena arena = Arena.ofShared()) {
                    List<TensorData> tensors = IntStream.of(1, 0, 77, 3_000_000, 5, 2_500_000)
                            .mapToObj(n -> TensorData.allocate(arena, DType.F32, Shape.of(n)))
                            .toList();
                    boolean source = group.rank() == 2;
                    for (TensorData tensor : tensors) {
                        fill(tensor.data(), source ? 9 : 1);
                    }
                    group.broadcast(2, receivers, tensors);
                    boolean has = source || receivers.contains(group.rank());
                    tensors.forEach(tensor -> assertFilled(tensor.data(), has ? 9 : 1));
                    return group.gatherLongs();
                }
            });
        }
    }

    @Test
    @Tag("soak")
    void copiesMoreThanTwoGibibytes() throws Exception {
        long bytes = (2L << 30) + (1 << 20) + 3;
        together(2, group -> {
            try (Arena arena = Arena.ofShared()) {
                TensorData tensor = TensorData.allocate(arena, DType.U8, Shape.of(bytes));
                boolean source = group.rank() == 1;
                long[] places = {0, 1L << 20, Integer.MAX_VALUE, 1L + Integer.MAX_VALUE, bytes - 1};
                for (int i = 0; source && i < places.length; i++) {
                    tensor.data().set(JAVA_BYTE, places[i], (byte) (i + 1));
                }
                group.broadcast(1, Set.of(0), List.of(tensor));
                for (int i = 0; i < places.length; i++) {
                    assertThat(tensor.data().get(JAVA_BYTE, places[i])).isEqualTo((byte) (i + 1));
                }
                return group.gatherLongs();
            }
        });
    }

    @Test
    void refusesPartsThatGoNowhere() throws Exception {
        together(2, group -> {
            try (Arena arena = Arena.ofConfined()) {
                for (int nobody : new int[] {-1, 2, group.rank()}) {
                    List<Part> parts = List.of(new Part(nobody, arena.allocate(1)));
                    assertThatIllegalArgumentException().isThrownBy(() -> group.exchange("test", parts, List.of()));
                    assertThatIllegalArgumentException().isThrownBy(() -> group.exchange("test", List.of(), parts));
                }
            }
            assertThatIllegalArgumentException().isThrownBy(() -> new Part(0, MemorySegment.ofArray(new byte[1])));
            assertThatIllegalArgumentException().isThrownBy(() -> group.broadcast(2, Set.of(), List.of()));
            assertThatIllegalArgumentException().isThrownBy(() -> group.broadcast(0, Set.of(2), List.of()));
            return group.gatherLongs();
        });
    }

    @Test
    void failsWhenAMemberHasLeftAndIsOfNoUseFromThenOn() throws Exception {
        List<String> messages = together(3, group -> {
            group.gatherLongs();
            if (group.rank() == 1) {
                return "left";
            }
            String message = failure(() -> group.gatherLongs(1));
            assertThat(failure(() -> group.broadcast(0, Set.of(2), List.of()))).isNotEmpty();
            return message;
        });
        assertThat(messages.getFirst()).startsWith("all-gather (rank 0 of 3, generation ");
        assertThat(messages.get(2))
                .startsWith("all-gather (rank 2 of 3, generation ")
                .contains("form another");
    }

    @Test
    void anAbortWakesTheMemberThatIsBlockedAndThoseThatWaitForIt() throws Exception {
        long generation = generations.incrementAndGet();
        Future<Collective> first = threads.submit(() -> meet(0, 3, generation));
        Future<Collective> second = threads.submit(() -> meet(1, 3, generation));
        try (Collective silent = meet(2, 3, generation);
                Collective aborted = first.get();
                Collective neighbour = second.get()) {
            Future<String> blocked = threads.submit(() -> failureOfReceiving(aborted, silent.rank()));
            Future<String> waiting = threads.submit(() -> failureOfReceiving(neighbour, aborted.rank()));
            for (Future<String> one : List.of(blocked, waiting)) {
                assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> one.get(100, TimeUnit.MILLISECONDS));
            }
            aborted.abort();
            assertThat(blocked.get(SOON.toSeconds(), TimeUnit.SECONDS)).contains("abort");
            assertThat(waiting.get(SOON.toSeconds(), TimeUnit.SECONDS)).contains("rank 1 of 3");
            assertThat(failureOfReceiving(silent, aborted.rank())).contains("rank 2 of 3");
        }
    }

    private static String failureOfReceiving(Collective group, int from) {
        try (Arena arena = Arena.ofShared()) {
            return failure(() -> group.exchange("test", List.of(), List.of(new Part(from, arena.allocate(8)))));
        }
    }

    @Test
    void theRestFormsANewGroupAgainAndAgain() throws Exception {
        for (int round = 0; round < 20; round++) {
            together(2, group -> {
                if (group.rank() == 0) {
                    group.abort();
                }
                return failure(() -> group.gatherLongs(1));
            });
            together(2, group -> group.gatherLongs(5));
        }
    }

    @Test
    void closingAndAbortingTwiceDoNothing() throws Exception {
        together(2, group -> {
            group.gatherLongs();
            group.close();
            group.abort();
            group.close();
            return failure(() -> group.gatherLongs(1));
        });
    }

    @Test
    void aMeetingToWhichNotAllComeFails() {
        assertThatExceptionOfType(CollectiveFailedException.class)
                .isThrownBy(() -> collectives().meet(meetingPoint(2000), 1, 2, 2000, Duration.ofMillis(50)))
                .withMessageContaining("rank 1 of 2, generation 2000")
                .withMessageContaining("form another");
    }

    @Test
    void aMeetingCanBeInterrupted() throws Exception {
        Thread member = Thread.ofPlatform().start(() -> {
            try {
                meet(0, 2, 3000).close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        member.interrupt();
        assertThat(member.join(SOON)).isTrue();
    }

    @Test
    void refusesARankThatIsNone() {
        assertThatIllegalArgumentException().isThrownBy(() -> meet(2, 2, 4000));
        assertThatIllegalArgumentException().isThrownBy(() -> meet(-1, 2, 4000));
    }

    private interface Operation {
        void run();
    }

    private static String failure(Operation operation) {
        try {
            operation.run();
        } catch (CollectiveFailedException e) {
            return String.valueOf(e.getMessage());
        }
        throw new AssertionError("the operation did not fail");
    }

    private static MemorySegment fill(MemorySegment memory, int seed) {
        for (long at = 0; at < memory.byteSize(); at++) {
            memory.set(JAVA_BYTE, at, pattern(seed, at));
        }
        return memory;
    }

    private static void assertFilled(MemorySegment memory, int seed) {
        for (long at = 0; at < memory.byteSize(); at++) {
            if (memory.get(JAVA_BYTE, at) != pattern(seed, at)) {
                throw new AssertionError("byte %d of %d is not that of %d".formatted(at, memory.byteSize(), seed));
            }
        }
    }

    private static byte pattern(int seed, long at) {
        return (byte) (seed * 31L + at * 7 + at / 1000);
    }
}

package dev.perdure.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.core.Shape;
import dev.perdure.oip.Datatype;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.Tensor;
import dev.perdure.replica.LoadRefusedException.Reason;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Small decisions, and values that cross the wire. */
class ValuesTest {
    @Test
    void anOrphanIsWhoHasBeenWithoutAnybodyForTheWholeBound() {
        Duration bound = Duration.ofNanos(100);
        Parentage gone = Parentage.KNOWN.seen(true, 0).seen(false, 10).seen(false, 60);
        assertThat(gone.orphanFor(bound, 109)).isFalse();
        assertThat(gone.orphanFor(bound, 110)).isTrue();
        assertThat(gone.seen(true, 109).seen(false, 120).orphanFor(bound, 219)).isFalse();
        assertThat(Parentage.KNOWN.orphanFor(bound, Long.MAX_VALUE)).isFalse();
    }

    @Test
    void theNewestVersionIsTheGreatestNumber() {
        assertThat(Stream.of("2", "10", "beta", "1", "alpha", "99999999999999999999")
                        .sorted(Versions::compare))
                .containsExactly("alpha", "beta", "1", "2", "10", "99999999999999999999");
    }

    @Test
    void numbersThatAreNoneAreFoundInEveryTypeThatHasThem() {
        float[] floats = {1, Float.NaN, Float.NEGATIVE_INFINITY, Float.MAX_VALUE};
        double[] doubles = {Double.NaN, 1, Double.MIN_VALUE, Double.POSITIVE_INFINITY};
        short[] halves = {0x3C00, 0x7C00, (short) 0xFC01, 0x7BFF};
        short[] brains = {0x3F80, 0x7F80, (short) 0xFFC0, 0x7F7F};
        Shape four = Shape.of(4);
        assertThat(Finite.nonFinite(List.of(Tensor.of("a", four, floats)))).isEqualTo(2);
        assertThat(Finite.nonFinite(List.of(new Tensor("b", Datatype.FP64, four, MemorySegment.ofArray(doubles)))))
                .isEqualTo(2);
        assertThat(Finite.nonFinite(List.of(new Tensor("c", Datatype.FP16, four, MemorySegment.ofArray(halves)))))
                .isEqualTo(2);
        assertThat(Finite.nonFinite(List.of(new Tensor("d", Datatype.BF16, four, MemorySegment.ofArray(brains)))))
                .isEqualTo(2);
        assertThat(Finite.nonFinite(List.of(Tensor.of("e", four, -1, -1, -1, -1))))
                .isZero();
    }

    @Test
    void heartbeatsAreTheSameOnTheOtherSide() {
        var state = new ModelState(
                ModelId.of("net", "1"), "ab", "fw", true, 10, 4, 2, 1, 5, 3, 6, 7, 8, Duration.ofMillis(9), 11);
        var heartbeat = new Heartbeat(1, 2, true, Duration.ofMillis(3), List.of(state), List.of("somewhere"));
        assertThat(Messages.read(Messages.write(heartbeat))).isEqualTo(heartbeat);
        assertThat(state.underWay()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource
    void refusalsAreTheSameOnTheOtherSide(Reason reason) {
        LoadRefusedException read = Messages.read(
                Messages.write(new LoadRefusedException(reason, "words")).getRefused());
        assertThat(read.reason()).isEqualTo(reason);
        assertThat(read).hasMessage("words");
    }
}

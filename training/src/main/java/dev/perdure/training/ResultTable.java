package dev.perdure.training;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * What the microbatches of a step gave beside their gradients, as members exchange it: for each a row of the sum of losses,
 * the number of hits, and the statistics.
 */
final class ResultTable {
    private static final long STATISTICS_AT = JAVA_DOUBLE.byteSize() + JAVA_LONG.byteSize();

    private final int microbatches;
    private final Shape statistics;
    private final long rowBytes;
    private final MemorySegment rows;

    ResultTable(Arena arena, int microbatches, int statistics) {
        this.microbatches = microbatches;
        this.statistics = Shape.of(statistics);
        this.rowBytes = Math.ceilDiv(STATISTICS_AT + (long) statistics * Float.BYTES, Long.BYTES) * Long.BYTES;
        this.rows = arena.allocate(rowBytes * microbatches, 64);
    }

    /** Returns the rows of some microbatches. */
    MemorySegment rows(Span span) {
        return rows.asSlice(span.from() * rowBytes, span.size() * rowBytes);
    }

    void put(List<MicrobatchResult> results) {
        for (MicrobatchResult result : results) {
            MemorySegment row = row(result.index());
            row.set(JAVA_DOUBLE, 0, result.lossSum());
            row.set(JAVA_LONG, JAVA_DOUBLE.byteSize(), result.correct());
            row.asSlice(STATISTICS_AT, result.statistics().bytes())
                    .copyFrom(result.statistics().data());
        }
    }

    /** Returns what the microbatches that have samples gave, in order; statistics are views of the table. */
    List<MicrobatchResult> get(IntUnaryOperator samples) {
        List<MicrobatchResult> results = new ArrayList<>();
        for (int index = 0; index < microbatches; index++) {
            MemorySegment row = row(index);
            if (samples.applyAsInt(index) > 0) {
                results.add(new MicrobatchResult(
                        index,
                        new TensorData(
                                DType.F32, statistics, row.asSlice(STATISTICS_AT, statistics.elements() * Float.BYTES)),
                        row.get(JAVA_DOUBLE, 0),
                        row.get(JAVA_LONG, JAVA_DOUBLE.byteSize()),
                        samples.applyAsInt(index)));
            }
        }
        return results;
    }

    private MemorySegment row(int index) {
        return rows(new Span(index, index + 1));
    }
}

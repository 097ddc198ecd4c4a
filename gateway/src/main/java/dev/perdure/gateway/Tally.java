package dev.perdure.gateway;

import dev.perdure.oip.ModelStatistics;
import dev.perdure.oip.ModelStatistics.Spent;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What was asked of one version and what came of it, since it is served. */
final class Tally {
    private final LongAdder items = new LongAdder();
    private final LongAdder succeededNanos = new LongAdder();
    private final LongAdder succeeded = new LongAdder();
    private final LongAdder failedNanos = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final AtomicLong lastMillis = new AtomicLong();
    private final Map<AnswerTier, LongAdder> byTier = new EnumMap<>(AnswerTier.class);

    Tally() {
        for (AnswerTier tier : AnswerTier.values()) {
            byTier.put(tier, new LongAdder());
        }
    }

    void answered(Reply.Answered reply, long nanos) {
        succeeded.increment();
        succeededNanos.add(nanos);
        lastMillis.set(System.currentTimeMillis());
        for (Reply.Piece piece : reply.pieces()) {
            items.add(piece.items().size());
            tier(piece.tier()).add(piece.items().size());
        }
    }

    void failed(long nanos) {
        failed.increment();
        failedNanos.add(nanos);
        lastMillis.set(System.currentTimeMillis());
    }

    private LongAdder tier(AnswerTier tier) {
        return java.util.Objects.requireNonNull(byTier.get(tier));
    }

    ModelStatistics statistics(ServedVersion version) {
        var success = new Spent(succeeded.sum(), Duration.ofNanos(succeededNanos.sum()));
        return new ModelStatistics(
                version.id().name(),
                version.version(),
                lastMillis.get(),
                items.sum(),
                succeeded.sum(),
                success,
                new Spent(failed.sum(), Duration.ofNanos(failedNanos.sum())),
                Spent.NOTHING,
                Spent.NOTHING,
                success,
                Spent.NOTHING,
                List.of());
    }
}

package dev.perdure.recall;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/** Keeps answers in memory, those that are asked for or given often the longest. */
public final class MemoryRecall implements Recall {
    private final RecallLimits limits;
    private final InstantSource clock;
    private final Cache<Question, KnownAnswer> answers;
    private final LongAdder found = new LongAdder();
    private final LongAdder missed = new LongAdder();
    private final LongAdder forgotten = new LongAdder();

    public MemoryRecall(RecallLimits limits, InstantSource clock) {
        this.limits = limits;
        this.clock = clock;
        this.answers = Caffeine.newBuilder()
                .maximumWeight(limits.bytesMax())
                .weigher((Question _, KnownAnswer answer) -> (int) Math.min(answer.bytes(), Integer.MAX_VALUE))
                .executor(Runnable::run)
                .build();
    }

    @Override
    public InstantSource clock() {
        return clock;
    }

    @Override
    public Optional<KnownAnswer> find(Question question) {
        Optional<KnownAnswer> known = Optional.ofNullable(answers.getIfPresent(question))
                .filter(answer -> limits.isFresh(answer, clock.millis()));
        (known.isPresent() ? found : missed).increment();
        return known;
    }

    @Override
    public void keep(KnownAnswer answer) {
        answers.put(answer.question(), answer);
    }

    /** Keeps an answer of an earlier life, unless there is one of this. */
    void keepIfAbsent(KnownAnswer answer) {
        var _ = answers.asMap().putIfAbsent(answer.question(), answer);
    }

    @Override
    public void forget(Question question) {
        forgotten.add(answers.asMap().remove(question) == null ? 0 : 1);
    }

    @Override
    public void forgetSource(String source) {
        answers.asMap().values().removeIf(answer -> isForgotten(answer.source().equals(source)));
    }

    @Override
    public void forgetModel(String model) {
        answers.asMap()
                .keySet()
                .removeIf(question -> isForgotten(question.model().equals(model)));
    }

    private boolean isForgotten(boolean isMeant) {
        forgotten.add(isMeant ? 1 : 0);
        return isMeant;
    }

    @Override
    public Counts counts() {
        long bytes = answers.policy()
                .eviction()
                .map(eviction -> eviction.weightedSize().orElse(0))
                .orElse(0L);
        return new Counts(answers.estimatedSize(), bytes, found.sum(), missed.sum(), forgotten.sum(), 0, 0);
    }

    @Override
    public void close() {}
}

package dev.perdure.recall;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps answers in memory, and behind that in a SQLite file, so that a later process has them too. One thread owns the file: it
 * reads it when it begins, and writes in batches what has been kept since; it takes a twentieth of a core at most.
 *
 * <p>A disk that is full, broken or slow costs what it did not take, and nothing else: that is told once, memory goes on, and
 * the file is tried again now and then. What was forgotten meanwhile is forgotten on disk as soon as that can be written; if the
 * process ends before, it is there until it is too old.
 */
public final class SqliteRecall implements Recall {
    /** How long a file that failed is let be. */
    public static final Duration AGAIN = Duration.ofSeconds(30);

    private static final int WAITING_MAX = 20_000;
    private static final int BATCH_MAX = 2_000;
    private static final int RESTS = 19;
    private static final Duration BATCH_EVERY = Duration.ofMillis(200);
    private static final Duration CLOSED_WITHIN = Duration.ofSeconds(5);
    private static final long SWEEP_MILLIS = 60_000;

    private final Path file;
    private final RecallLimits limits;
    private final InstantSource clock;
    private final Duration again;
    private final Consumer<String> told;
    private final MemoryRecall memory;
    private final LinkedBlockingQueue<Change> waiting = new LinkedBlockingQueue<>();
    private final LongAdder written = new LongAdder();
    private final LongAdder notWritten = new LongAdder();
    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread writer;
    private @Nullable AnswerFile open;
    private boolean isRead;
    private boolean isTrouble;
    private long sweptMillis;

    /**
     * Begins to read.
     *
     * @param file on a local disk; made if it is not there
     * @param again how long a file that failed is let be
     * @param told hears once that the file fails, and once that it works again
     */
    public SqliteRecall(Path file, RecallLimits limits, InstantSource clock, Duration again, Consumer<String> told) {
        this.file = file;
        this.limits = limits;
        this.clock = clock;
        this.again = again;
        this.told = told;
        this.memory = new MemoryRecall(limits, clock);
        this.writer = Thread.ofPlatform().name("known answers").daemon().start(this::run);
    }

    @Override
    public InstantSource clock() {
        return clock;
    }

    @Override
    public Optional<KnownAnswer> find(Question question) {
        return memory.find(question);
    }

    @Override
    public void keep(KnownAnswer answer) {
        memory.keep(answer);
        if (waiting.size() < WAITING_MAX) {
            waiting.add(new Change.Keep(answer));
        } else {
            notWritten.increment();
        }
    }

    /** It waits before it is forgotten here, so that nothing that is being read comes after it. */
    @Override
    public void forget(Question question) {
        waiting.add(new Change.Forget(question));
        memory.forget(question);
    }

    @Override
    public void forgetSource(String source) {
        waiting.add(new Change.ForgetSource(source));
        memory.forgetSource(source);
    }

    @Override
    public void forgetModel(String model) {
        waiting.add(new Change.ForgetModel(model));
        memory.forgetModel(model);
    }

    @Override
    public Counts counts() {
        Counts counts = memory.counts();
        return new Counts(
                counts.kept(),
                counts.bytes(),
                counts.found(),
                counts.missed(),
                counts.forgotten(),
                written.sum(),
                notWritten.sum());
    }

    private void run() {
        var changes = new ArrayList<Change>();
        while (over.getCount() > 0) {
            boolean isOpened = open == null;
            long begin = workedNanos();
            write(changes);
            rest(isOpened ? 0 : workedNanos() - begin);
            waiting.drainTo(changes, BATCH_MAX);
        }
        waiting.drainTo(changes);
        write(changes);
        letGo();
    }

    /** Processor time: whoever waits for a disk, or for its turn on a busy machine, does not work. */
    private static long workedNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /** Whoever has worked much rests long: writing takes a twentieth of a core at most. Opening is done once, and counts for nothing. */
    private void rest(long workedNanos) {
        long pause = isTrouble ? again.toNanos() : Math.max(BATCH_EVERY.toNanos(), RESTS * workedNanos);
        try {
            var _ = over.await(pause, TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            over.countDown();
        }
    }

    /** What was done is not there any more afterwards; of what was not, only what is to be forgotten. */
    private void write(List<Change> changes) {
        long keeps = changes.stream().filter(Change.Keep.class::isInstance).count();
        try {
            AnswerFile answers = opened();
            if (!changes.isEmpty()) {
                answers.change(changes, limits.bytesMax());
            }
            written.add(keeps);
            changes.clear();
            if (!isRead) {
                read(answers);
            }
            sweep(answers);
            if (isTrouble) {
                isTrouble = false;
                told.accept("%s: it can be written again, and is".formatted(file));
            }
        } catch (IOException | RuntimeException | LinkageError e) {
            notWritten.add(changes.isEmpty() ? 0 : keeps);
            changes.removeIf(Change.Keep.class::isInstance);
            var once = new LinkedHashSet<>(changes);
            changes.clear();
            changes.addAll(once);
            failed(e);
        }
    }

    private AnswerFile opened() throws IOException {
        @Nullable AnswerFile answers = open;
        if (answers == null) {
            answers = AnswerFile.open(file);
            open = answers;
        }
        return answers;
    }

    /** What is to be forgotten while this reads is forgotten once more. */
    private void read(AnswerFile answers) {
        var room = new long[] {limits.bytesMax()};
        int damaged = answers.read(clock.millis() - limits.ageMax().toMillis(), answer -> {
            memory.keepIfAbsent(answer);
            room[0] -= answer.bytes();
            return room[0] > 0;
        });
        isRead = true;
        for (Change change : List.copyOf(waiting)) {
            switch (change) {
                case Change.Keep _ -> {}
                case Change.Forget forget -> memory.forget(forget.question());
                case Change.ForgetSource forget -> memory.forgetSource(forget.source());
                case Change.ForgetModel forget -> memory.forgetModel(forget.model());
            }
        }
        if (damaged > 0) {
            told.accept("%s: %d answers were not as they had been written, and were left out. Look after the disk"
                    .formatted(file, damaged));
        }
    }

    private void sweep(AnswerFile answers) {
        long now = clock.millis();
        if (Math.abs(now - sweptMillis) >= SWEEP_MILLIS) {
            sweptMillis = now;
            answers.forgetBefore(now - limits.ageMax().toMillis());
        }
    }

    private void failed(Throwable why) {
        letGo();
        if (!isTrouble) {
            isTrouble = true;
            told.accept(FileTrouble.words(file, why, again));
        }
    }

    private void letGo() {
        try {
            if (open != null) {
                open.close();
            }
        } catch (RuntimeException e) {
            told.accept("%s: it could not be closed: %s".formatted(file, e.getMessage()));
        }
        open = null;
    }

    @Override
    public void close() {
        over.countDown();
        try {
            writer.join(CLOSED_WITHIN);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}

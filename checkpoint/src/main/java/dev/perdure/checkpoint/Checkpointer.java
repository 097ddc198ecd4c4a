package dev.perdure.checkpoint;

import dev.perdure.core.State;
import dev.perdure.store.ObjectStore;
import dev.perdure.store.StoreFullException;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves the state of a training while it runs.
 *
 * <pre>{@code
 * try (var checkpoints = Checkpointer.open(new LocalObjectStore(Path.of("run/checkpoints")))) {
 *     var resumed = checkpoints.restoreLatest(state());        // into the live tensors
 *     long step = resumed.map(r -> r.step()).orElse(0L);
 *     while (step < 10_000) {
 *         computeGradients();                                  // only reads the tensors
 *         checkpoints.awaitCaptured();                         // just before they change
 *         applyOptimizer();
 *         if (++step % 100 == 0) checkpoints.save(step, state());
 *     }
 * }                                                            // waits for the last save, throws if it failed
 * }</pre>
 *
 * <p><b>What waits.</b> {@link #save} returns at once. The tensors are copied in the background; they must not change until
 * {@link #awaitCaptured} has returned, which helps with what is left to copy. Hashing, writing and publishing follow in the
 * background. The memory for the copy is made by {@link #prepare}, or in the background after {@link #restoreLatest}.
 *
 * <p><b>When a save is still being written as the next is due</b>, the next one waits for the memory before it copies, so
 * {@code awaitCaptured} takes until then, and this stall is reported. {@link #isIdle} lets a caller skip instead; two
 * arenas ({@link CheckpointerOptions#withArenas}) let one save be written while the next is copied.
 *
 * <p><b>When saving fails</b>, the listener is told at once of every attempt, and attempts follow by
 * {@link CheckpointerOptions#retries}. When {@code saveErrorsMax} saves in a row have failed for good, the next call of
 * {@code save} throws. {@link #close} throws when the last save failed.
 *
 * <p>One thread calls. Tensors whose memory belongs to that thread alone (confined arenas) are copied by it in {@code save}.
 */
public final class Checkpointer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Checkpointer.class);

    private final ObjectStore store;
    private final CheckpointerOptions options;
    private volatile int term;
    private final Checkpoints checkpoints;
    private final Set<String> trusted = SaveWriter.noDigests();
    private final Snapshots snapshots;
    private final Announcements announcements;
    private final PartNotes notes;
    private final SaveWriter writer;
    private final Pruner pruner;
    private final SaveBudget budget;
    private final ExecutorService copying = thread("perdure-copy");
    private final ExecutorService writing = thread("perdure-write");
    private @Nullable PendingSave latest;

    private Checkpointer(ObjectStore store, CheckpointerOptions options, int term) {
        this.store = store;
        this.options = options;
        this.term = term;
        this.checkpoints = Checkpoints.open(store, options.surroundings());
        this.snapshots = new Snapshots(options.arenas());
        this.announcements = new Announcements(store, options.sweepPatience(), options.surroundings());
        this.notes = new PartNotes(store, options.sweepPatience(), options.surroundings());
        this.writer = new SaveWriter(store, options, announcements, notes);
        this.pruner = new Pruner(store, checkpoints, options.surroundings());
        this.budget = new SaveBudget(options.saveErrorsMax());
    }

    private static ExecutorService thread(String name) {
        return Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name(name).factory());
    }

    /** Opens a store for saving, with defaults. See {@link #open(ObjectStore, CheckpointerOptions)}. */
    public static Checkpointer open(ObjectStore store) throws IOException {
        return open(store, CheckpointerOptions.defaults());
    }

    /**
     * Opens a store for saving: takes the next term, so that whatever an earlier writer saves from now on is older than
     * what this one saves.
     */
    public static Checkpointer open(ObjectStore store, CheckpointerOptions options) throws IOException {
        return new Checkpointer(store, options, Terms.claim(store, options));
    }

    /**
     * Opens a store for saving parts of checkpoints that another process publishes, see {@link #saveShare}. Takes no term,
     * so it replaces nobody, until it {@link #lead}s.
     */
    public static Checkpointer join(ObjectStore store, CheckpointerOptions options) {
        return new Checkpointer(store, options, 0);
    }

    /** Takes the next term: from now on this one publishes, and whoever led before is replaced. */
    public void lead() throws IOException {
        term = Terms.claim(store, options);
        budget.succeeded();
    }

    /** Lays the lead down: from now on this one saves parts for others. Keeps its memory. */
    public void follow() {
        term = 0;
        budget.succeeded();
    }

    /** Returns this writer's fencing number; 0 while it does not lead. */
    public int term() {
        return term;
    }

    /** Returns the reading side of the same store. */
    public Checkpoints checkpoints() {
        return checkpoints;
    }

    /**
     * Restores the newest checkpoint that is intact into the live tensors, see {@link Checkpoints#restoreLatest}, and
     * begins to prepare the memory for the first save.
     *
     * @return nothing when there is no checkpoint yet; the tensors are as before
     */
    public Optional<Restored> restoreLatest(State target) throws IOException {
        copying.execute(() -> prepareQuietly(target));
        return checkpoints.restoreLatest(target);
    }

    /** Want of memory is reported by the first save, which tries again. */
    private void prepareQuietly(State like) {
        try {
            prepare(like);
        } catch (OutOfMemoryError e) {
            log.warn("no memory yet for a copy of {} bytes of tensors: {}", like.tensorBytes(), e.toString());
        }
    }

    /** Returns how much off-heap memory the snapshots take: a copy of the tensors for each arena, once prepared. */
    public long memoryBytes() {
        return snapshots.bytes();
    }

    /** Makes the memory for states like this one, so that the first save stalls no longer than later ones. */
    public void prepare(State like) {
        snapshots.prepare(layoutOf(like));
    }

    private Layout layoutOf(PendingSave save) {
        return layoutOf(save.state()).part(save.part(), save.parts());
    }

    private Layout layoutOf(State state) {
        return Layout.of(state.tensors(), options.objectBytes());
    }

    /** Saves without metrics, see {@link #save(long, State, Map)}. */
    public PendingSave save(long step, State state) throws IOException {
        return save(step, state, Map.of());
    }

    /**
     * Begins to save a state and returns at once.
     *
     * @param step how many steps were applied to it
     * @param state its tensors must stay alive and unchanged until {@link #awaitCaptured} has returned
     * @param metrics measured values by name, for retention and for people
     * @throws CheckpointSaveException if the budget of errors is spent
     * @throws CheckpointConflictException if another writer has taken over
     */
    public PendingSave save(long step, State state, Map<String, Double> metrics) throws IOException {
        budget.check();
        return begin(new CheckpointName(term, step), Optional.empty(), () -> false, state, metrics);
    }

    /**
     * Begins to save one's own part of a state that a group of processes saves together, each with its own share; all have
     * the same state, bit for bit. Only tensors of that part are copied, hashed and written. The checkpoint exists when all
     * parts are durable and part 0 has published it: in every process {@link PendingSave#durable} completes then, or with
     * an {@link AbandonedSaveException} when a member is gone. Otherwise as {@link #save(long, State, Map)}.
     *
     * @param share part 0 must {@link #lead}, in the share's term
     * @param metrics those of part 0 count
     * @param calledOff whether the group has broken up: part 0 asks while it waits for the others, from another thread
     * @throws CheckpointSaveException if the budget of errors is spent; thrown to part 0 alone
     * @throws CheckpointConflictException if another writer has taken over; thrown to part 0 alone
     */
    public PendingSave saveShare(
            long step, State state, Map<String, Double> metrics, SaveShare share, BooleanSupplier calledOff)
            throws IOException {
        if (share.leads()) {
            budget.check();
        }
        return begin(new CheckpointName(share.term(), step), Optional.of(share), calledOff, state, metrics);
    }

    private PendingSave begin(
            CheckpointName name,
            Optional<SaveShare> share,
            BooleanSupplier calledOff,
            State state,
            Map<String, Double> metrics) {
        awaitCaptured();
        Surroundings around = options.surroundings();
        var save = new PendingSave(
                name,
                share,
                calledOff,
                state,
                metrics,
                around.clock().instant(),
                around.nanos().getAsLong());
        latest = save;
        if (save.isShared()) {
            copying.execute(() -> capture(save));
        } else {
            capture(save);
            save.stalled(around.nanos().getAsLong() - save.begunNanos());
        }
        return save;
    }

    private void capture(PendingSave save) {
        Snapshot snapshot = null;
        try {
            snapshot = snapshots.take(save.tensors(), save.part(), save.parts(), () -> layoutOf(save));
            Capture capture = snapshot.begin(save.tensors());
            save.begun().complete(capture);
            capture.help(save.isShared() ? options.copyThreads() : 1);
            capture.done().join();
            save.capturedAt(options.surroundings().nanos().getAsLong());
            Snapshot captured = snapshot;
            writing.execute(() -> write(save, captured));
        } catch (RuntimeException | Error e) {
            Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
            if (snapshot != null) {
                snapshots.giveBack(snapshot);
            }
            options.listener().accept(new CheckpointEvent.SaveFailed(save.name(), 1, false, cause));
            budget.failed(save, cause);
            save.failCapture(cause);
        }
    }

    /**
     * Waits until the tensors of the last save are copied, and helps to copy them: call it just before they change. Returns
     * at once when they are, or when nothing was saved. When copying failed, the save has failed as {@link #save} says.
     */
    public void awaitCaptured() {
        PendingSave save = latest;
        if (save == null || save.isCaptured()) {
            return;
        }
        long from = options.surroundings().nanos().getAsLong();
        try {
            Capture capture = save.begun().join();
            capture.help(1);
            capture.done().join();
        } catch (CompletionException e) {
            // Reported where it happened.
        }
        save.stalled(options.surroundings().nanos().getAsLong() - from);
    }

    /** Returns whether a save begun now would copy at once, because the memory of an earlier one is free. */
    public boolean isIdle() {
        return snapshots.anyFree();
    }

    private void write(PendingSave save, Snapshot snapshot) {
        try {
            var objects = new ObjectWriter(store, snapshot, trusted);
            ObjectWriter.Written written = writeWithRetries(save, objects, snapshot.layout());
            budget.succeeded();
            save.complete(written, options.surroundings().nanos().getAsLong());
        } catch (AbandonedSaveException e) {
            save.fail(e);
        } catch (IOException | RuntimeException | Error e) {
            budget.failed(save, e);
        } finally {
            snapshots.giveBack(snapshot);
        }
        save.share().filter(SaveShare::leads).ifPresent(share -> tidyUp(save.name(), share));
        tell(save);
    }

    private void tell(PendingSave save) {
        if (!save.outcome().isCompletedExceptionally()) {
            SavedCheckpoint saved = save.outcome().join();
            if (save.part() > 0) {
                options.listener().accept(new CheckpointEvent.PartSaved(saved));
            } else {
                options.listener().accept(new CheckpointEvent.Saved(saved));
                prune();
            }
        } else if (save.part() == 0 && save.outcome().exceptionNow() instanceof AbandonedSaveException e) {
            options.listener().accept(new CheckpointEvent.Abandoned(save.name(), String.valueOf(e.getMessage())));
        }
    }

    /** Tells the others that a save is over, and takes down the signs of those that died. Else it puts off sweeps. */
    private void tidyUp(CheckpointName name, SaveShare share) {
        try {
            notes.remove(name, share);
            announcements.withdrawOthers(share);
        } catch (IOException | RuntimeException | Error e) {
            log.warn("notes of the checkpoint of step {} are left for the next save: {}", name.step(), e.toString());
        }
    }

    private ObjectWriter.Written writeWithRetries(PendingSave save, ObjectWriter objects, Layout layout)
            throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                return writer.write(save, objects, layout);
            } catch (AbandonedSaveException e) {
                throw e;
            } catch (IOException | RuntimeException | Error e) {
                boolean retry = isTransient(e) && options.retries().allowsAfter(attempt);
                options.listener().accept(new CheckpointEvent.SaveFailed(save.name(), attempt, retry, e));
                if (!retry) {
                    throw e;
                }
                if (e instanceof StoreFullException) {
                    prune();
                }
                options.surroundings().sleep(options.retries().pauseAfter(attempt));
            }
        }
    }

    private static boolean isTransient(Throwable failure) {
        return failure instanceof IOException
                && !(failure instanceof CheckpointConflictException)
                && !(failure instanceof CheckpointSaveException);
    }

    /** Deletes what the retention policy does not keep. Runs where saves are written, so never beside one of ours. */
    private void prune() {
        if (options.retention().isEmpty()) {
            return;
        }
        try {
            announcements.withdrawLeftOver();
            if (Paths.newestTerm(store) == term) {
                PruneReport report = pruner.pruneIfDue(options.retention().get());
                options.listener().accept(new CheckpointEvent.Pruned(report));
            }
        } catch (IOException | RuntimeException | Error e) {
            options.listener().accept(new CheckpointEvent.PruneFailed(e));
        }
    }

    /**
     * Waits for the last save, retention included, and frees the memory.
     *
     * @throws CheckpointSaveException if the last save failed, and this one leads
     */
    @Override
    public void close() throws IOException {
        notes.close();
        finish(copying);
        finish(writing);
        snapshots.close();
        if (term > 0) {
            budget.checkLast();
        }
    }

    private static void finish(ExecutorService executor) {
        executor.shutdown();
        boolean interrupted = false;
        while (true) {
            try {
                if (executor.awaitTermination(1, TimeUnit.DAYS)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

package dev.perdure.checkpoint;

import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/** A save on its way. It goes on by itself; nobody needs to hold this. */
public final class PendingSave {
    private final CheckpointName name;
    private final Optional<SaveShare> share;
    private final BooleanSupplier calledOff;
    private final State state;
    private final boolean shared;
    private final SequencedMap<String, Double> metrics;
    private final Instant created;
    private final long begunNanos;
    private final CompletableFuture<Capture> begun = new CompletableFuture<>();
    private final CompletableFuture<SavedCheckpoint> durable = new CompletableFuture<>();
    private final AtomicLong stallNanos = new AtomicLong();
    private volatile long captureNanos;
    private boolean noted;

    /**
     * @param share which part it is, when several make this save together
     * @param calledOff whether the others are no longer those that it was begun with; asked by whoever waits for them
     */
    PendingSave(
            CheckpointName name,
            Optional<SaveShare> share,
            BooleanSupplier calledOff,
            State state,
            Map<String, Double> metrics,
            Instant created,
            long begunNanos) {
        this.name = name;
        this.share = share;
        this.calledOff = calledOff;
        this.state = state;
        this.shared = isShared(state);
        this.metrics = Collections.unmodifiableSequencedMap(new TreeMap<>(metrics));
        this.created = created;
        this.begunNanos = begunNanos;
    }

    public CheckpointName name() {
        return name;
    }

    /**
     * Completes when the checkpoint survives a power cut; exceptionally, with what went wrong last, when all attempts have
     * failed.
     */
    public CompletableFuture<SavedCheckpoint> durable() {
        return durable.copy();
    }

    /** Returns whether all tensors are copied, so that waiting for it would take no time. */
    public boolean isCaptured() {
        return begun.isCompletedExceptionally()
                || (begun.isDone() && begun.join().done().isDone());
    }

    Optional<SaveShare> share() {
        return share;
    }

    /** Returns which part of the state is saved here; 0 when it is the whole. */
    int part() {
        return share.map(SaveShare::part).orElse(0);
    }

    int parts() {
        return share.map(SaveShare::parts).orElse(1);
    }

    /** Returns whether it was noted that this part is durable, and the note read back. Once it was, it is not put again. */
    boolean isNoted() {
        return noted;
    }

    void noted() {
        noted = true;
    }

    boolean isCalledOff() {
        return calledOff.getAsBoolean();
    }

    State state() {
        return state;
    }

    SequencedMap<String, TensorData> tensors() {
        return state.tensors();
    }

    private static boolean isShared(State state) {
        var other = new Thread();
        return state.tensors().values().stream()
                .allMatch(tensor -> tensor.data().isAccessibleBy(other));
    }

    /** Returns whether other threads may read all tensors. */
    boolean isShared() {
        return shared;
    }

    SequencedMap<String, Double> metrics() {
        return metrics;
    }

    Instant created() {
        return created;
    }

    long begunNanos() {
        return begunNanos;
    }

    CompletableFuture<Capture> begun() {
        return begun;
    }

    void stalled(long nanos) {
        stallNanos.addAndGet(nanos);
    }

    void capturedAt(long nanos) {
        captureNanos = nanos - begunNanos;
    }

    void complete(ObjectWriter.Written written, long nowNanos) {
        durable.complete(new SavedCheckpoint(
                name,
                written.bytesWritten(),
                written.bytesReused(),
                millis(stallNanos.get()),
                millis(captureNanos),
                millis(nowNanos - begunNanos)));
    }

    void fail(Throwable cause) {
        durable.completeExceptionally(cause);
    }

    /** Ends a wait for a capture that can no longer come. */
    void failCapture(Throwable cause) {
        begun.completeExceptionally(cause);
    }

    CompletableFuture<SavedCheckpoint> outcome() {
        return durable;
    }

    private static double millis(long nanos) {
        return nanos / 1e6;
    }
}

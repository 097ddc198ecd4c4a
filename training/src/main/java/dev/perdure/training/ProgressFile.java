package dev.perdure.training;

import static java.nio.channels.FileChannel.MapMode.READ_WRITE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/**
 * How far a run has come, in a file that trainer and supervisor both map into memory: the trainer writes after every
 * phase, at the cost of a store to memory, and what it wrote outlives its death by any signal. It counts work, for the
 * report; correctness never rests on it. A power cut may lose its newest values.
 */
public final class ProgressFile implements AutoCloseable {
    private static final long MAGIC = 0x7065_7264_7572_6531L; // "perdure1"
    private static final int STEP = 1;
    private static final int STEP_HIGHEST = 2;
    private static final int STEPS_REDONE = 3;
    private static final int HEARTBEAT = 4;
    private static final int WALL = 5;
    private static final int RESTORES = 6;
    private static final int WALL_AT = 7;
    private static final int PURPOSES = 8;
    private static final int BYTES = (PURPOSES + Purpose.values().length) * Long.BYTES;
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private final MemorySegment memory;
    private final Arena arena;

    private ProgressFile(MemorySegment memory, Arena arena) {
        this.memory = memory;
        this.arena = arena;
    }

    /**
     * Opens the file, creating it when it is missing.
     *
     * @throws IOException if the file holds something else
     */
    public static ProgressFile open(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, CREATE, READ, WRITE)) {
            if (channel.size() == 0) {
                allocate(channel);
            }
            Arena arena = Arena.ofShared();
            MemorySegment mapped = channel.map(READ_WRITE, 0, BYTES, arena);
            var progress = new ProgressFile(mapped, arena);
            if (progress.get(0) != MAGIC) {
                progress.close();
                throw new IOException(file + ": not a progress file. Move it away, and resume.");
            }
            return progress;
        }
    }

    /** Returns counters that nobody else sees and nobody keeps. */
    static ProgressFile scratch() {
        Arena arena = Arena.ofShared();
        return new ProgressFile(arena.allocate(BYTES, Long.BYTES), arena);
    }

    /** Written rather than mapped: on a full disk this fails, where a store to mapped memory would crash. */
    private static void allocate(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.nativeOrder());
        bytes.putLong(0, MAGIC);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Returns the last step applied by the trainer that is or was running. */
    public long step() {
        return get(STEP);
    }

    /** Returns the highest step ever applied. */
    public long stepHighest() {
        return get(STEP_HIGHEST);
    }

    /** Returns how many steps were applied that had been applied before. */
    public long stepsRedone() {
        return get(STEPS_REDONE);
    }

    /** Returns how often a trainer restored a checkpoint. */
    public long restores() {
        return get(RESTORES);
    }

    /** Returns the epoch milliseconds of the trainer's last sign of life, or 0. */
    public long heartbeatMillis() {
        return get(HEARTBEAT);
    }

    void heartbeat(long epochMillis) {
        set(HEARTBEAT, epochMillis);
    }

    /** Starts from a restored step, or from 0. */
    void restored(long step) {
        set(STEP, step);
        if (step > 0) {
            set(RESTORES, restores() + 1);
        }
    }

    void applied(long step) {
        if (step <= stepHighest()) {
            set(STEPS_REDONE, stepsRedone() + 1);
        } else {
            set(STEP_HIGHEST, step);
        }
        set(STEP, step);
    }

    void book(Purpose purpose, long nanos) {
        int slot = PURPOSES + slotOf(purpose);
        set(slot, get(slot) + nanos);
    }

    /** Adds to the wall time of the run, which only the supervisor measures. */
    public void addWall(long nanos) {
        set(WALL, get(WALL) + nanos);
        set(WALL_AT, System.currentTimeMillis());
    }

    /** Adds the time in which there was no supervisor, and workers stepped on. */
    void addWallWithoutSupervisor() {
        long at = get(WALL_AT);
        if (at > 0) {
            addWall(Math.max(0, System.currentTimeMillis() - at) * 1_000_000);
        }
    }

    /**
     * Returns the nanoseconds booked for each purpose. What the trainer did not book is {@link Purpose#IDLE}, so that
     * the sum is the wall time. (A supervisor that is killed may have booked up to a tick less than its trainer: the wall
     * time is then the trainer's.)
     */
    public Map<Purpose, Long> ledger() {
        var ledger = new EnumMap<Purpose, Long>(Purpose.class);
        long booked = 0;
        for (Purpose purpose : Purpose.values()) {
            long nanos = get(PURPOSES + slotOf(purpose));
            ledger.put(purpose, nanos);
            booked += nanos;
        }
        ledger.merge(Purpose.IDLE, Math.max(0, get(WALL) - booked), Long::sum);
        return ledger;
    }

    /** Returns the nanoseconds of the wall time that nobody has booked so far. */
    long unbooked() {
        long booked = 0;
        for (Purpose purpose : Purpose.values()) {
            booked += get(PURPOSES + slotOf(purpose));
        }
        return Math.max(0, get(WALL) - booked);
    }

    private static int slotOf(Purpose purpose) {
        return switch (purpose) {
            case COMPUTE -> 0;
            case DATA -> 1;
            case SAVE_STALL -> 2;
            case RESTORE -> 3;
            case REDO -> 4;
            case IDLE -> 5;
            case DETECT -> 6;
            case REGROUP -> 7;
            case DEGRADED -> 8;
        };
    }

    private long get(int slot) {
        return (long) LONG.getOpaque(memory, slot * (long) Long.BYTES);
    }

    private void set(int slot, long value) {
        LONG.setOpaque(memory, slot * (long) Long.BYTES, value);
    }

    @Override
    public void close() {
        arena.close();
    }
}

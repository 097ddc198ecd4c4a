package dev.perdure.training;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The metrics file of a run: one line a step and one an epoch. When a run goes back to an earlier position, the lines after it
 * are cut off before new ones are written, so the file always tells of the steps that the weights went through.
 */
final class Metrics implements AutoCloseable {
    private static final int TAIL_BYTES = 1 << 14;

    private final BufferedWriter lines;
    private final long last;

    private Metrics(BufferedWriter lines, long last) {
        this.lines = lines;
        this.last = last;
    }

    /** The end of a line, and the position that it tells of. */
    private record Line(long end, long position) {
        static final Line NONE = new Line(0, 0);
    }

    /** Opens the file to go on after a position, as {@link Books#position} counts. */
    static Metrics openAfter(long position, Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Line last = lastUpTo(position, channel);
        channel.truncate(last.end());
        channel.position(last.end());
        return new Metrics(new BufferedWriter(Channels.newWriter(channel, UTF_8)), last.position());
    }

    /** Returns the position that the last line told of when this was opened; 0 if there was none. */
    long last() {
        return last;
    }

    /** Reads from the end, where what is looked for is: not everyone who takes the lead of a long run reads the whole file. */
    private static Line lastUpTo(long position, FileChannel channel) throws IOException {
        long size = channel.size();
        for (long tail = TAIL_BYTES; ; tail *= 4) {
            long from = Math.max(0, size - tail);
            Line found = lastUpTo(position, read(channel, from, size), from == 0);
            if (found.end() > 0) {
                return new Line(from + found.end(), found.position());
            }
            if (from == 0) {
                return Line.NONE;
            }
        }
    }

    private static byte[] read(FileChannel channel, long from, long to) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(to - from));
        while (buffer.hasRemaining() && channel.read(buffer, from + buffer.position()) >= 0) {}
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    /** @param whole whether the bytes begin with a line, and not perhaps with the rest of one */
    private static Line lastUpTo(long position, byte[] bytes, boolean whole) {
        int end = afterLineEnd(bytes, bytes.length);
        while (end > 0) {
            int begin = afterLineEnd(bytes, end - 1);
            if (begin == 0 && !whole) {
                return Line.NONE;
            }
            var event = EventLines.parse(new String(bytes, begin, end - 1 - begin, UTF_8));
            if (event.isPresent() && positionOf(event.get()) <= position) {
                return new Line(end, positionOf(event.get()));
            }
            end = begin;
        }
        return Line.NONE;
    }

    /** Returns what follows the last line end before a place; 0 if there is none. */
    private static int afterLineEnd(byte[] bytes, int before) {
        int at = before;
        while (at > 0 && bytes[at - 1] != '\n') {
            at--;
        }
        return at;
    }

    /** Returns the position that an event tells of; the greatest number if it has no line. */
    static long positionOf(TrainingEvent event) {
        return switch (event) {
            case TrainingEvent.StepApplied applied -> 2 * applied.step();
            case TrainingEvent.EpochEnded ended -> 2 * ended.step() + 1;
            case TrainingEvent.Started _,
                    TrainingEvent.Restored _,
                    TrainingEvent.Saved _,
                    TrainingEvent.SaveFailed _,
                    TrainingEvent.Warned _,
                    TrainingEvent.Finished _,
                    TrainingEvent.Failed _ -> Long.MAX_VALUE;
        };
    }

    /** Returns whether an event has a line. */
    static boolean tellsOf(TrainingEvent event) {
        return positionOf(event) < Long.MAX_VALUE;
    }

    /** Writes lines without their ends. */
    void write(List<String> events) throws IOException {
        for (String line : events) {
            lines.write(line);
            lines.write('\n');
        }
        lines.flush();
    }

    /** Reads the whole lines of a metrics file; none if there is no file. */
    static List<TrainingEvent> read(Path file) throws IOException {
        var events = new ArrayList<TrainingEvent>();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file, UTF_8)) {
                EventLines.parse(line).ifPresent(events::add);
            }
        }
        return events;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}

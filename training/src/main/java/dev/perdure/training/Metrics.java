package dev.perdure.training;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The metrics file of a run: one line a step and one an epoch. When a run goes back to an earlier step, the lines after it
 * are cut off before new ones are written, so the file always tells of the steps that the weights went through.
 */
final class Metrics implements AutoCloseable {
    private final BufferedWriter lines;

    private Metrics(BufferedWriter lines) {
        this.lines = lines;
    }

    /** Opens the file to go on after {@code step}. */
    static Metrics openAfter(long step, Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        channel.truncate(lengthUpTo(step, file));
        channel.position(channel.size());
        return new Metrics(new BufferedWriter(Channels.newWriter(channel, UTF_8)));
    }

    private static long lengthUpTo(long step, Path file) throws IOException {
        long length = 0;
        for (String line : Files.readAllLines(file, UTF_8)) {
            var event = EventLines.parse(line);
            if (event.isEmpty() || stepOf(event.get()) > step) {
                break;
            }
            length += line.getBytes(UTF_8).length + 1;
        }
        return Math.min(length, Files.size(file));
    }

    private static long stepOf(TrainingEvent event) {
        return switch (event) {
            case TrainingEvent.StepApplied applied -> applied.step();
            case TrainingEvent.EpochEnded ended -> ended.step();
            case TrainingEvent.Started _,
                    TrainingEvent.Restored _,
                    TrainingEvent.Saved _,
                    TrainingEvent.SaveFailed _,
                    TrainingEvent.Warned _,
                    TrainingEvent.Finished _,
                    TrainingEvent.Failed _ -> Long.MAX_VALUE;
        };
    }

    void write(TrainingEvent event) throws IOException {
        lines.write(EventLines.format(event));
        lines.write('\n');
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

package dev.perdure.training;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Looks on at a run that others supervise, through the files in its folder. Owned by one thread. */
public final class Following {
    private final Lines events;
    private final Lines metrics;
    private boolean over;

    public Following(RunFolder folder) {
        this.events = new Lines(folder.events());
        this.metrics = new Lines(folder.metrics());
    }

    /** Tells of the start of the run and of the last step, and from then on of what is new. */
    public void begin(RunListener listener) throws IOException {
        TrainingEvent started = null;
        for (String text : events.fresh()) {
            StoryLine line = StoryLine.parse(text).orElse(null);
            if (line != null) {
                remember(line);
                started = line.trainer() instanceof TrainingEvent.Started ? line.trainer() : started;
            }
        }
        if (started != null) {
            listener.said(started);
        }
        List<String> steps = metrics.fresh();
        if (!steps.isEmpty()) {
            EventLines.parse(steps.getLast()).ifPresent(listener::said);
        }
    }

    /** Tells what has happened since the last look. */
    public void look(RunListener listener) throws IOException {
        for (String text : metrics.fresh()) {
            EventLines.parse(text)
                    .filter(TrainingEvent.StepApplied.class::isInstance)
                    .ifPresent(listener::said);
        }
        for (String text : events.fresh()) {
            StoryLine.parse(text).ifPresent(line -> tell(line, listener));
        }
        listener.tick();
    }

    private void tell(StoryLine line, RunListener listener) {
        remember(line);
        if (line.trainer() != null) {
            listener.said(line.trainer());
        } else if (line.incident() != null) {
            listener.incident(line.incident());
        }
    }

    private void remember(StoryLine line) {
        over = line.supervisor() == null ? over : StoryLine.ENDS.equals(line.supervisor());
    }

    /** Returns whether the last supervisor has ended on its own, as far as was looked. */
    public boolean isOver() {
        return over;
    }

    /** The lines that a file grows by; one that is not whole yet waits for its end. */
    private static final class Lines {
        private final Path file;
        private long position;

        Lines(Path file) {
            this.file = file;
        }

        List<String> fresh() throws IOException {
            if (!Files.exists(file)) {
                return List.of();
            }
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                position = Math.min(position, channel.size());
                byte[] fresh = new byte[Math.toIntExact(channel.size() - position)];
                ByteBuffer bytes = ByteBuffer.wrap(fresh);
                while (bytes.hasRemaining() && channel.read(bytes, position + bytes.position()) >= 0) {
                    // until all is read
                }
                return cut(fresh, bytes.position());
            }
        }

        private List<String> cut(byte[] fresh, int length) {
            var lines = new ArrayList<String>();
            int from = 0;
            for (int i = 0; i < length; i++) {
                if (fresh[i] == '\n') {
                    lines.add(new String(fresh, from, i - from, UTF_8));
                    from = i + 1;
                }
            }
            position += from;
            return lines;
        }
    }
}

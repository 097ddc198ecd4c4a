package dev.perdure.training;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads a run's incidents as they are written, from another process. Not thread-safe. */
public final class IncidentFeed {
    private final Path events;
    private long from;

    public IncidentFeed(RunFolder folder) {
        this.events = folder.events();
    }

    /**
     * An incident as it was known when it was written.
     *
     * @param key the same whenever the same incident is written again, as when it has been recovered from
     * @param isRecovered whether training has gone on
     */
    public record Entry(String key, Incident incident, boolean isRecovered) {}

    /** Returns what was written since the last call. */
    public List<Entry> poll() throws IOException {
        if (!Files.exists(events) || Files.size(events) <= from) {
            return List.of();
        }
        List<Entry> entries = new ArrayList<>();
        for (String line : newLines().lines().toList()) {
            Optional.of(line)
                    .filter(text -> text.contains("\"incident\""))
                    .flatMap(StoryLine::parse)
                    .flatMap(parsed -> Optional.ofNullable(parsed.incident()))
                    .ifPresent(incident -> entries.add(new Entry(incident.key(), incident, !incident.isOpen())));
        }
        return entries;
    }

    /** Takes whole lines only: the last may still be being written. */
    private String newLines() throws IOException {
        try (var file = new RandomAccessFile(events.toFile(), "r")) {
            byte[] bytes = new byte[Math.toIntExact(file.length() - from)];
            file.seek(from);
            file.readFully(bytes);
            int end = bytes.length;
            while (end > 0 && bytes[end - 1] != '\n') {
                end--;
            }
            from += end;
            return new String(bytes, 0, end, UTF_8);
        }
    }
}

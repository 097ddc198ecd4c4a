package dev.perdure.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Optional;

/** Training events as JSON lines. */
public final class EventLines {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();
    private static final ObjectWriter WRITER = MAPPER.writerFor(TrainingEvent.class);
    private static final ObjectReader READER = MAPPER.readerFor(TrainingEvent.class);

    private EventLines() {}

    /** Returns the event as one line without its line end. */
    public static String format(TrainingEvent event) {
        try {
            return WRITER.writeValueAsString(event);
        } catch (JsonProcessingException e) {
            throw new AssertionError("events are plain records", e);
        }
    }

    /** Returns the event of a line, or nothing if the line is none: cut short by a kill, or printed by somebody else. */
    public static Optional<TrainingEvent> parse(String line) {
        try {
            return Optional.of(READER.readValue(line));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }
}

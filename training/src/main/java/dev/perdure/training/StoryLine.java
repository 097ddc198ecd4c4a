package dev.perdure.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A line of {@code events.jsonl}: something a trainer said, or an incident. An incident is written when it is noticed and
 * again when it has been recovered from; the later line replaces the earlier one of the same time, kind and evidence.
 *
 * @param at when it was written, ISO-8601 in UTC
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record StoryLine(
        String at,
        @Nullable TrainingEvent trainer,
        @Nullable Incident incident,
        @Nullable String supervisor) {
    static final String BEGINS = "begins";
    static final String ENDS = "ends";

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    static StoryLine of(String at, TrainingEvent event) {
        return new StoryLine(at, event, null, null);
    }

    static StoryLine of(String at, Incident incident) {
        return new StoryLine(at, null, incident, null);
    }

    /** A supervisor begins or ends its work on the run. */
    static StoryLine supervisor(String at, String what) {
        return new StoryLine(at, null, null, what);
    }

    String format() {
        try {
            return MAPPER.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new AssertionError("story lines are plain records", e);
        }
    }

    static Optional<StoryLine> parse(String line) {
        try {
            return Optional.of(MAPPER.readValue(line, StoryLine.class));
        } catch (JsonProcessingException e) {
            return Optional.empty(); // cut short by a kill: it was never said
        }
    }
}

package dev.perdure.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.perdure.training.Incident;
import dev.perdure.training.TrainingEvent;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A line that a supervisor says to whoever started it. One with nothing in it says that it lives.
 *
 * @param started the process id of a worker it has started
 * @param formed how many workers now train together
 * @param end how the run ended; nothing follows
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record FrontLine(
        @Nullable Long started,
        @Nullable Integer formed,
        @Nullable TrainingEvent said,
        @Nullable Incident incident,
        @Nullable End end) {
    static final FrontLine ALIVE = new FrontLine(null, null, null, null, null);

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /**
     * The supervisor's last word.
     *
     * @param taken whether another supervisor has the run
     * @param reported whether the run's folder holds the report
     */
    record End(int exitCode, String problem, boolean taken, boolean reported) {}

    static FrontLine started(long pid) {
        return new FrontLine(pid, null, null, null, null);
    }

    static FrontLine formed(int members) {
        return new FrontLine(null, members, null, null, null);
    }

    static FrontLine said(TrainingEvent event) {
        return new FrontLine(null, null, event, null, null);
    }

    static FrontLine incident(Incident incident) {
        return new FrontLine(null, null, null, incident, null);
    }

    static FrontLine end(End end) {
        return new FrontLine(null, null, null, null, end);
    }

    String format() {
        try {
            return MAPPER.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new AssertionError("lines are plain records", e);
        }
    }

    /** Returns what a line says; nothing if it was cut short by a kill. */
    static Optional<FrontLine> parse(String line) {
        try {
            return Optional.of(MAPPER.readValue(line, FrontLine.class));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }
}

package dev.perdure.training;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * {@code R = {data, sampling strategy, model}}: what it takes to repeat a run when no checkpoint can be used, or when
 * monitoring asks for a new model. Together with the code of the recorded versions it determines the weights.
 *
 * @param dataDigest the data set's digest
 * @param sampling how samples are drawn, in words and numbers
 * @param model the network, loss and optimizer as configured
 * @param versions engine build, Perdure's and Java's version
 */
public record Recipe(
        String dataDigest, Map<String, Object> sampling, Map<String, Object> model, Map<String, Object> versions) {
    private static final ObjectMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** Returns the recipe of a run. */
    static Recipe of(RunConfig config, String dataDigest, String engineBuild) {
        var sampling = new LinkedHashMap<String, Object>();
        sampling.put("order", "each epoch a permutation that is a pure function of (seed, epoch)");
        sampling.put("seed", config.seed());
        sampling.put("epochs", config.epochs());
        sampling.put("batch", config.batch());
        sampling.put("microbatches", config.microbatches());
        sampling.put("data", config.resolved().getOrDefault("data", Map.of()));
        var model = new LinkedHashMap<String, Object>();
        model.put("model", config.resolved().getOrDefault("model", Map.of()));
        model.put("training", config.resolved().getOrDefault("training", Map.of()));
        var versions = new LinkedHashMap<String, Object>();
        versions.put("engine", engineBuild);
        versions.put("java", Runtime.version().toString());
        versions.put(
                "perdure",
                Objects.requireNonNullElse(Recipe.class.getPackage().getImplementationVersion(), "development build"));
        return new Recipe(dataDigest, sampling, model, versions);
    }

    void write(Path file) throws IOException {
        RunFolder.write(file, MAPPER.writeValueAsString(this) + "\n");
    }

    /** Reads a recipe, or nothing if there is none. */
    public static Optional<Recipe> read(Path file) throws IOException {
        return Files.exists(file) ? Optional.of(MAPPER.readValue(file.toFile(), Recipe.class)) : Optional.empty();
    }
}

package dev.perdure.oip;

import dev.perdure.oip.ModelStatistics.Batches;
import dev.perdure.oip.ModelStatistics.Spent;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What servers and models say of themselves, as JSON. */
final class JsonAnswers {
    private JsonAnswers() {}

    private static MemorySegment object(Consumer<StringBuilder> members) {
        StringBuilder json = JsonText.begin();
        members.accept(json);
        return JsonText.end(json);
    }

    static MemorySegment error(String reason) {
        return object(json -> JsonText.member(json, "error", reason));
    }

    static MemorySegment truth(String name, boolean value) {
        return object(json -> JsonText.member(json, name, value));
    }

    static MemorySegment modelReady(ModelId model, boolean ready) {
        return object(json -> {
            JsonText.member(json, "name", model.name());
            JsonText.member(json, "ready", ready);
        });
    }

    static MemorySegment nothing() {
        return object(_ -> {});
    }

    static MemorySegment server(ServerMetadata metadata) {
        return object(json -> {
            JsonText.member(json, "name", metadata.name());
            JsonText.member(json, "version", metadata.version());
            JsonText.texts(json, "extensions", metadata.extensions());
        });
    }

    static MemorySegment model(ModelMetadata metadata) {
        return object(json -> {
            JsonText.member(json, "name", metadata.name());
            JsonText.texts(json, "versions", metadata.versions());
            JsonText.member(json, "platform", metadata.platform());
            tensors(json, "inputs", metadata.inputs());
            tensors(json, "outputs", metadata.outputs());
        });
    }

    private static void tensors(StringBuilder json, String name, List<TensorMetadata> tensors) {
        JsonText.list(json, name, tensors, tensor -> {
            JsonText.member(json, "name", tensor.name());
            JsonText.member(json, "datatype", tensor.datatype().name());
            JsonText.numbers(json, "shape", sizes(tensor));
        });
    }

    private static long[] sizes(TensorMetadata tensor) {
        return tensor.shape().stream().mapToLong(Long::longValue).toArray();
    }

    static MemorySegment config(ModelConfig config) {
        return object(json -> {
            JsonText.member(json, "name", config.name());
            JsonText.member(json, "platform", config.platform());
            JsonText.member(json, "backend", config.backend());
            JsonText.member(json, "max_batch_size", config.batchMax());
            configTensors(json, "input", config.inputs());
            configTensors(json, "output", config.outputs());
        });
    }

    private static void configTensors(StringBuilder json, String name, List<TensorMetadata> tensors) {
        JsonText.list(json, name, tensors, tensor -> {
            JsonText.member(json, "name", tensor.name());
            JsonText.member(json, "data_type", tensor.datatype().configName());
            JsonText.numbers(json, "dims", sizes(tensor));
        });
    }

    /** A list that is no member of anything, as the extension has it. */
    static MemorySegment index(List<RepositoryEntry> entries) {
        var json = new StringBuilder();
        JsonText.items(json, entries, entry -> {
            JsonText.member(json, "name", entry.name());
            JsonText.member(json, "version", entry.version());
            JsonText.member(json, "state", entry.state().name());
            JsonText.member(json, "reason", entry.reason());
        });
        return MemorySegment.ofArray(json.toString().getBytes(StandardCharsets.UTF_8));
    }

    static MemorySegment statistics(List<ModelStatistics> statistics) {
        return object(json -> JsonText.list(json, "model_stats", statistics, one -> statistics(json, one)));
    }

    private static void statistics(StringBuilder json, ModelStatistics one) {
        JsonText.member(json, "name", one.name());
        JsonText.member(json, "version", one.version());
        JsonText.member(json, "last_inference", one.lastInferenceMillis());
        JsonText.member(json, "inference_count", one.inferences());
        JsonText.member(json, "execution_count", one.executions());
        JsonText.object(
                json,
                "inference_stats",
                () -> spent(
                        json,
                        Map.entry("success", one.success()),
                        Map.entry("fail", one.fail()),
                        Map.entry("queue", one.queue()),
                        Map.entry("compute_input", one.input()),
                        Map.entry("compute_infer", one.infer()),
                        Map.entry("compute_output", one.output())));
        JsonText.list(json, "batch_stats", one.batches(), batches -> batches(json, batches));
    }

    private static void batches(StringBuilder json, Batches batches) {
        JsonText.member(json, "batch_size", batches.size());
        spent(
                json,
                Map.entry("compute_input", batches.input()),
                Map.entry("compute_infer", batches.infer()),
                Map.entry("compute_output", batches.output()));
    }

    @SafeVarargs
    private static void spent(StringBuilder json, Map.Entry<String, Spent>... kinds) {
        for (var kind : kinds) {
            JsonText.object(json, kind.getKey(), () -> {
                JsonText.member(json, "count", kind.getValue().count());
                JsonText.member(json, "ns", kind.getValue().time().toNanos());
            });
        }
    }
}

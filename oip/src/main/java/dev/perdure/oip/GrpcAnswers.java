package dev.perdure.oip;

import dev.perdure.oip.ModelStatistics.Spent;
import dev.perdure.oip.v2.Oip;
import java.time.Duration;
import java.util.List;

/** What servers and models say of themselves, as gRPC messages. */
final class GrpcAnswers {
    private GrpcAnswers() {}

    static Oip.ServerMetadataResponse writeServer(ServerMetadata metadata) {
        return Oip.ServerMetadataResponse.newBuilder()
                .setName(metadata.name())
                .setVersion(metadata.version())
                .addAllExtensions(metadata.extensions())
                .build();
    }

    static ServerMetadata readServer(Oip.ServerMetadataResponse received) {
        return new ServerMetadata(received.getName(), received.getVersion(), received.getExtensionsList());
    }

    static Oip.ModelMetadataResponse writeModel(ModelMetadata metadata) {
        return Oip.ModelMetadataResponse.newBuilder()
                .setName(metadata.name())
                .addAllVersions(metadata.versions())
                .setPlatform(metadata.platform())
                .addAllInputs(metadata.inputs().stream().map(GrpcAnswers::write).toList())
                .addAllOutputs(
                        metadata.outputs().stream().map(GrpcAnswers::write).toList())
                .build();
    }

    private static Oip.ModelMetadataResponse.TensorMetadata write(TensorMetadata tensor) {
        return Oip.ModelMetadataResponse.TensorMetadata.newBuilder()
                .setName(tensor.name())
                .setDatatype(tensor.datatype().name())
                .addAllShape(tensor.shape())
                .build();
    }

    static ModelMetadata readModel(Oip.ModelMetadataResponse received) {
        return new ModelMetadata(
                received.getName(),
                received.getVersionsList(),
                received.getPlatform(),
                received.getInputsList().stream().map(GrpcAnswers::read).toList(),
                received.getOutputsList().stream().map(GrpcAnswers::read).toList());
    }

    private static TensorMetadata read(Oip.ModelMetadataResponse.TensorMetadata received) {
        return new TensorMetadata(received.getName(), Datatype.named(received.getDatatype()), received.getShapeList());
    }

    static Oip.ModelConfigResponse writeConfig(ModelConfig config) {
        Oip.ModelConfig.Builder written = Oip.ModelConfig.newBuilder()
                .setName(config.name())
                .setPlatform(config.platform())
                .setBackend(config.backend())
                .setMaxBatchSize(config.batchMax());
        for (TensorMetadata input : config.inputs()) {
            written.addInputBuilder()
                    .setName(input.name())
                    .setDataType(Oip.DataType.valueOf(input.datatype().configName()))
                    .addAllDims(input.shape());
        }
        for (TensorMetadata output : config.outputs()) {
            written.addOutputBuilder()
                    .setName(output.name())
                    .setDataType(Oip.DataType.valueOf(output.datatype().configName()))
                    .addAllDims(output.shape());
        }
        return Oip.ModelConfigResponse.newBuilder().setConfig(written).build();
    }

    static Oip.RepositoryIndexResponse writeIndex(List<RepositoryEntry> entries) {
        var written = Oip.RepositoryIndexResponse.newBuilder();
        for (RepositoryEntry entry : entries) {
            written.addModelsBuilder()
                    .setName(entry.name())
                    .setVersion(entry.version())
                    .setState(entry.state().name())
                    .setReason(entry.reason());
        }
        return written.build();
    }

    static List<RepositoryEntry> readIndex(Oip.RepositoryIndexResponse received) {
        return received.getModelsList().stream()
                .map(model -> new RepositoryEntry(
                        model.getName(), model.getVersion(), state(model.getState()), model.getReason()))
                .toList();
    }

    private static RepositoryEntry.State state(String name) {
        try {
            return RepositoryEntry.State.valueOf(name);
        } catch (IllegalArgumentException _) {
            return RepositoryEntry.State.UNKNOWN;
        }
    }

    static Oip.ModelStatisticsResponse writeStatistics(List<ModelStatistics> statistics) {
        return Oip.ModelStatisticsResponse.newBuilder()
                .addAllModelStats(statistics.stream().map(GrpcAnswers::write).toList())
                .build();
    }

    private static Oip.ModelStatistics write(ModelStatistics one) {
        var written = Oip.ModelStatistics.newBuilder()
                .setName(one.name())
                .setVersion(one.version())
                .setLastInference(one.lastInferenceMillis())
                .setInferenceCount(one.inferences())
                .setExecutionCount(one.executions());
        written.getInferenceStatsBuilder()
                .setSuccess(write(one.success()))
                .setFail(write(one.fail()))
                .setQueue(write(one.queue()))
                .setComputeInput(write(one.input()))
                .setComputeInfer(write(one.infer()))
                .setComputeOutput(write(one.output()));
        for (ModelStatistics.Batches batches : one.batches()) {
            written.addBatchStatsBuilder()
                    .setBatchSize(batches.size())
                    .setComputeInput(write(batches.input()))
                    .setComputeInfer(write(batches.infer()))
                    .setComputeOutput(write(batches.output()));
        }
        return written.build();
    }

    private static Oip.StatisticDuration write(Spent spent) {
        return Oip.StatisticDuration.newBuilder()
                .setCount(spent.count())
                .setNs(spent.time().toNanos())
                .build();
    }

    static List<ModelStatistics> readStatistics(Oip.ModelStatisticsResponse received) {
        return received.getModelStatsList().stream().map(GrpcAnswers::read).toList();
    }

    private static ModelStatistics read(Oip.ModelStatistics one) {
        Oip.InferStatistics times = one.getInferenceStats();
        return new ModelStatistics(
                one.getName(),
                one.getVersion(),
                one.getLastInference(),
                one.getInferenceCount(),
                one.getExecutionCount(),
                read(times.getSuccess()),
                read(times.getFail()),
                read(times.getQueue()),
                read(times.getComputeInput()),
                read(times.getComputeInfer()),
                read(times.getComputeOutput()),
                one.getBatchStatsList().stream()
                        .map(batches -> new ModelStatistics.Batches(
                                batches.getBatchSize(),
                                read(batches.getComputeInput()),
                                read(batches.getComputeInfer()),
                                read(batches.getComputeOutput())))
                        .toList());
    }

    private static Spent read(Oip.StatisticDuration spent) {
        return new Spent(spent.getCount(), Duration.ofNanos(spent.getNs()));
    }
}

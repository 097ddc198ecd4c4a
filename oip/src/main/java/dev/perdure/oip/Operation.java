package dev.perdure.oip;

import java.util.Locale;
import java.util.Map;

/** What can be asked of a server, whichever way it is asked: few, so that they can be counted. */
public enum Operation {
    /** Whether it lives, is ready, or a model is. */
    HEALTH(Right.NONE),
    /** What a server or a model is. */
    METADATA(Right.PREDICT),
    /** How a model is run. */
    CONFIG(Right.PREDICT),
    /** What models have done. */
    STATISTICS(Right.PREDICT),
    /** What the repository has. */
    INDEX(Right.PREDICT),
    /** An answer of a model. */
    INFER(Right.PREDICT),
    /** That a model is loaded. */
    LOAD(Right.ADMIN),
    /** That a model is unloaded. */
    UNLOAD(Right.ADMIN),
    /** The server's figures. */
    METRICS(Right.NONE),
    /** What is not of the protocol, or is not there. */
    OTHER(Right.ADMIN);

    private static final Map<String, Operation> GRPC = Map.ofEntries(
            Map.entry("/inference.GRPCInferenceService/ServerLive", HEALTH),
            Map.entry("/inference.GRPCInferenceService/ServerReady", HEALTH),
            Map.entry("/inference.GRPCInferenceService/ModelReady", HEALTH),
            Map.entry("/inference.GRPCInferenceService/ServerMetadata", METADATA),
            Map.entry("/inference.GRPCInferenceService/ModelMetadata", METADATA),
            Map.entry("/inference.GRPCInferenceService/ModelInfer", INFER),
            Map.entry("/inference.GRPCInferenceService/ModelStreamInfer", INFER),
            Map.entry("/inference.GRPCInferenceService/ModelConfig", CONFIG),
            Map.entry("/inference.GRPCInferenceService/ModelStatistics", STATISTICS),
            Map.entry("/inference.GRPCInferenceService/RepositoryIndex", INDEX),
            Map.entry("/inference.GRPCInferenceService/RepositoryModelLoad", LOAD),
            Map.entry("/inference.GRPCInferenceService/RepositoryModelUnload", UNLOAD),
            Map.entry("/grpc.health.v1.Health/Check", HEALTH),
            Map.entry("/grpc.health.v1.Health/Watch", HEALTH));

    private final Right right;

    Operation(Right right) {
        this.right = right;
    }

    /** Returns what whoever asks for it must be allowed. */
    public Right right() {
        return right;
    }

    /** Returns the name in figures and logs. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Operation of(boolean isGrpc, String method, String path) {
        if (isGrpc) {
            return GRPC.getOrDefault(path, OTHER);
        }
        if (path.equals("/metrics")) {
            return METRICS;
        }
        try {
            return of(RestRoute.of(method, path));
        } catch (OipException _) {
            return OTHER;
        }
    }

    private static Operation of(RestRoute route) {
        return switch (route) {
            case RestRoute.ServerLive _, RestRoute.ServerReady _, RestRoute.ModelReady _ -> HEALTH;
            case RestRoute.Server _, RestRoute.Model _ -> METADATA;
            case RestRoute.Config _ -> CONFIG;
            case RestRoute.Statistics _ -> STATISTICS;
            case RestRoute.Index _ -> INDEX;
            case RestRoute.Infer _ -> INFER;
            case RestRoute.Load _ -> LOAD;
            case RestRoute.Unload _ -> UNLOAD;
        };
    }
}

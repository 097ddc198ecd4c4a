package dev.perdure.cli;

import dev.perdure.model.Trust;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.OipAddress;
import dev.perdure.onnx.OnnxOptions;
import dev.perdure.onnx.OnnxPredictors;
import dev.perdure.replica.ReplicaProbe;
import dev.perdure.replica.ReplicaServer;
import dev.perdure.replica.ReplicaSettings;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The real replica, but for one input that ends it at once, as a native crash would. */
public final class PoisonedReplica {
    static final float POISON = 666;

    private PoisonedReplica() {}

    /** Runs {@code PoisonedReplica --listen ADDRESS --bundle DIR --parent-pid PID}. */
    public static void main(String[] arguments) throws Exception {
        var probe = new ReplicaProbe() {
            @Override
            public void taken(InferRequest request) {
                if (request.inputs().getFirst().data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0) == POISON) {
                    Runtime.getRuntime().halt(139);
                }
            }
        };
        try (var replica = new ReplicaServer(
                List.of(() -> new OnnxPredictors(OnnxOptions.standard())),
                Trust.anybody(),
                ReplicaSettings.DEFAULT,
                probe)) {
            replica.adopt(Long.parseLong(arguments[5]));
            replica.load(arguments[3], Optional.empty());
            replica.listen(OipAddress.parse(arguments[1]));
            System.out.println("ready");
            replica.told().join();
        }
        System.exit(0);
    }

    /** Starts one. */
    static Process start(OipAddress address, String bundle, Path log) throws IOException {
        var program = List.of(
                PoisonedReplica.class.getName(),
                "--listen",
                address.toString(),
                "--bundle",
                bundle,
                "--parent-pid",
                Long.toString(ProcessHandle.current().pid()));
        return Jvm.withClassPath(new ProcessBuilder(Jvm.untouched(Jvm.ENGINE_FLAGS, program)))
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }
}

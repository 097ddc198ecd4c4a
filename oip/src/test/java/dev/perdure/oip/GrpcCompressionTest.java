package dev.perdure.oip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.linecorp.armeria.client.grpc.GrpcClients;
import dev.perdure.core.Shape;
import dev.perdure.oip.v2.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.perdure.oip.v2.Oip;
import io.grpc.Codec;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compressed messages. */
@Timeout(60)
class GrpcCompressionTest {
    private static final OipLimits LIMITS = new OipLimits(1 << 20, 1 << 20, 8, 64 << 20, 8, 64 << 20, 8, 1024);

    private interface Asking {
        void ask(GRPCInferenceServiceBlockingStub stub);
    }

    private static void asked(String compression, Asking asking) throws Exception {
        OipServerSettings usual = OipServerSettings.DEFAULT;
        var settings = new OipServerSettings(
                LIMITS, usual.requestWithin(), usual.stallMax(), usual.idleMax(), 10, 10, Duration.ZERO);
        try (var server =
                new OipServer(SampleModels.service(), settings, List.of(new OipAddress.Tcp("127.0.0.1", 0)))) {
            asking.ask(GrpcClients.builder("gproto+http://" + server.addresses().getFirst() + "/")
                    .compressor(compression.equals("gzip") ? new Codec.Gzip() : new GrpcDeflate())
                    .build(GRPCInferenceServiceBlockingStub.class));
        }
    }

    private static Oip.ModelInferRequest zeros(int elements) {
        Tensor tensor = Tensor.of("x", Shape.of(elements), new float[elements]);
        return GrpcRequests.write(new InferRequest(ModelId.of("echo_FP32"), List.of(tensor)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate"})
    void aCompressedMessageIsRead(String compression) throws Exception {
        asked(
                compression,
                stub -> assertThat(stub.modelInfer(zeros(1000))
                                .getRawOutputContents(0)
                                .size())
                        .isEqualTo(4000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate"})
    void aMessageThatGrowsBeyondTheLimitWhenItIsUnpackedIsRefused(String compression) throws Exception {
        asked(
                compression,
                stub -> assertThatExceptionOfType(StatusRuntimeException.class)
                        .isThrownBy(() -> stub.modelInfer(zeros(1 << 20)))
                        .withMessageContaining("RESOURCE_EXHAUSTED"));
    }
}

package dev.perdure.oip;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.fail;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.perdure.core.Shape;
import dev.perdure.oip.v2.Oip;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Damaged requests: each is read or refused with a reason as the client's fault, whatever it is. */
@Timeout(120)
class FuzzTest {
    private static final int SEEDS = 20_000;
    private static final int SEEDS_OF_THE_SOAK = 3_000_000;
    private static final ModelId MODEL = ModelId.of("m");
    private static final ModelMetadata METADATA = new ModelMetadata(
            "m", List.of(), "", List.of(new TensorMetadata("x", Datatype.FP32, List.of(-1L))), List.of());
    private static final OipLimits LIMITS = new OipLimits(1 << 16, 1 << 15, 8, 4096, 6, 4096, 8, 64);
    private static final List<String> PIECES = List.of(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "null",
            "true",
            "-1",
            "1e999",
            "NaN",
            "0",
            "9223372036854775808",
            "\\ud800",
            "\"data\"",
            "\"shape\"",
            "\"inputs\"",
            "\"datatype\"",
            "\"FP32\"",
            "\"BYTES\"",
            "\"UINT64\"",
            "\"FP16\"",
            "\"parameters\"",
            "\"binary_data_size\"",
            "\u0000",
            "\u00ff",
            "1",
            "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
            "18446744073709551615",
            "99999999999999999999999999999999999999999999999999999999999999999999999");

    private static byte[] body() {
        String json = """
                {"id": "a", "parameters": {"timeout": 1, "p": 2.5, "q": true, "binary_data_output": true},
                 "inputs": [
                  {"name": "x", "shape": [2, 2], "datatype": "FP32", "data": [[1, 2.5], [-3e5, 0]]},
                  {"data": ["a", "b"], "shape": [2], "datatype": "BYTES", "name": "y"},
                  {"name": "z", "shape": [3], "datatype": "INT16", "parameters": {"binary_data_size": 6}}],
                 "outputs": [{"name": "o", "parameters": {"classification": 3, "binary_data": false}}]}""";
        var body = new ByteArrayOutputStream();
        body.writeBytes(json.getBytes(UTF_8));
        body.writeBytes(new byte[6]);
        return body.toByteArray();
    }

    private static byte[] damaged(byte[] whole, Random random) {
        byte[] bytes = whole.clone();
        for (int times = random.nextInt(1, 4); times > 0; times--) {
            bytes = damagedOnce(bytes, random);
        }
        return bytes;
    }

    private static byte[] damagedOnce(byte[] bytes, Random random) {
        int at = random.nextInt(bytes.length + 1);
        int to = Math.min(bytes.length, at + random.nextInt(24));
        byte[] piece = switch (random.nextInt(4)) {
            case 0 -> new byte[0];
            case 1 -> new byte[] {(byte) random.nextInt()};
            case 2 -> PIECES.get(random.nextInt(PIECES.size())).getBytes(UTF_8);
            default -> {
                int from = random.nextInt(bytes.length + 1);
                yield Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + random.nextInt(64)));
            }
        };
        var out = new ByteArrayOutputStream();
        out.write(bytes, 0, at);
        out.writeBytes(piece);
        out.write(bytes, to, bytes.length - to);
        return out.toByteArray();
    }

    private static void readOrRefused(long seed, Runnable reading) {
        try {
            reading.run();
        } catch (OipException e) {
            assertThat(e.error().httpStatus())
                    .as("seed %d: %s", seed, e.reason())
                    .isBetween(400, 501);
            assertThat(e.error()).as("seed %d: %s", seed, e.reason()).isNotEqualTo(OipError.INTERNAL);
            assertThat(e.reason()).as("seed %d", seed).isNotBlank().hasSizeLessThan(1000);
        } catch (RuntimeException | Error e) {
            fail("seed %d".formatted(seed), e);
        }
    }

    private static void seeds(int count, Consumer<Long> each) {
        for (long seed = 0; seed < count; seed++) {
            each.accept(seed);
        }
    }

    private static void damagedBody(long seed) {
        var random = new Random(seed);
        byte[] whole = body();
        byte[] bytes = damaged(whole, random);
        long length = random.nextInt(4) > 0 ? whole.length - 6 + bytes.length - whole.length : random.nextInt(700) - 2;
        OptionalLong json = random.nextInt(8) == 0 ? OptionalLong.empty() : OptionalLong.of(length);
        readOrRefused(seed, () -> {
            InferRequest read = HttpBody.request(MODEL, MemorySegment.ofArray(bytes), json, LIMITS, () -> METADATA);
            HttpBody.response(read, new InferResponse(MODEL, "", Map.of(), read.inputs()));
        });
    }

    @Test
    void theWholeBodyIsRead() {
        byte[] whole = body();
        InferRequest read = HttpBody.request(
                MODEL, MemorySegment.ofArray(whole), OptionalLong.of(whole.length - 6), LIMITS, () -> METADATA);
        assertThat(read.inputs()).extracting(Tensor::name).containsExactly("x", "y", "z");
        assertThat(read.inputs().getFirst().data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED))
                .containsExactly(1f, 2.5f, -3e5f, 0f);
    }

    @Test
    void aDamagedBodyIsReadOrRefused() {
        seeds(SEEDS, FuzzTest::damagedBody);
    }

    @Test
    void aBodyCutOffAnywhereIsRefused() {
        byte[] whole = body();
        for (int length = 0; length < whole.length; length++) {
            MemorySegment cut = MemorySegment.ofArray(whole).asSlice(0, length);
            OptionalLong json = OptionalLong.of(whole.length - 6);
            OipException refused = catchThrowableOfType(
                    OipException.class, () -> HttpBody.request(MODEL, cut, json, LIMITS, () -> METADATA));
            assertThat(refused).as("length %d", length).isNotNull();
            assertThat(refused.error().httpStatus()).isBetween(400, 499);
        }
    }

    private static byte[] message() {
        var request = new InferRequest(
                MODEL,
                "id",
                Map.of("timeout", Parameter.of(5), "a", Parameter.of("b"), "c", Parameter.of(1.5)),
                List.of(
                        Tensor.of("x", Shape.of(2), 1f, 2f),
                        new Tensor("y", Datatype.BYTES, Shape.of(1), BytesElements.write(List.of(new byte[3])))),
                List.of(new RequestedOutput("o", Map.of("classification", Parameter.of(2)))));
        return GrpcRequests.write(request).toByteArray();
    }

    private static byte[] typed() {
        var request = Oip.ModelInferRequest.newBuilder().setModelName("m");
        request.addInputsBuilder()
                .setName("x")
                .setDatatype("INT8")
                .addShape(2)
                .getContentsBuilder()
                .addIntContents(1)
                .addIntContents(-3);
        return request.build().toByteArray();
    }

    private static void damagedMessage(long seed) {
        var random = new Random(seed);
        byte[] bytes = damaged(seed % 2 == 0 ? message() : typed(), random);
        Oip.ModelInferRequest received;
        try {
            received = Oip.ModelInferRequest.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            return; // refused by the transport
        }
        readOrRefused(seed, () -> GrpcRequests.write(GrpcRequests.read(received, LIMITS)));
    }

    @Test
    void aDamagedMessageIsReadOrRefused() {
        seeds(SEEDS, FuzzTest::damagedMessage);
    }

    @Test
    void aDamagedResponseIsReadOrRefused() throws InvalidProtocolBufferException {
        var response = new InferResponse(
                MODEL, "id", Map.of(), List.of(Tensor.of("x", Shape.of(2), 1L, 2L), Tensor.of("y", Shape.of(1), 3f)));
        byte[] whole = GrpcResponses.write(response).toByteArray();
        assertThat(GrpcResponses.read(Oip.ModelInferResponse.parseFrom(whole), LIMITS)
                        .outputs())
                .hasSize(2);
        seeds(SEEDS / 2, seed -> {
            try {
                var received = Oip.ModelInferResponse.parseFrom(damaged(whole, new Random(seed)));
                readOrRefused(seed, () -> GrpcResponses.read(received, LIMITS));
            } catch (InvalidProtocolBufferException e) {
                assertThat(e).as("seed %d", seed).isNotNull();
            }
        });
    }

    @Test
    void aPathOfAnyKindIsReadOrRefused() {
        seeds(SEEDS, seed -> {
            byte[] path = damaged("/v2/models/a%20b/versions/1/infer".getBytes(UTF_8), new Random(seed));
            readOrRefused(seed, () -> RestRoute.of("POST", new String(path, UTF_8)));
        });
    }

    @Test
    void damagedCompressionIsReadOrRefused() {
        for (Compression kind : Compression.values()) {
            byte[] whole = kind.compressed(List.of(MemorySegment.ofArray(new byte[5000])));
            assertThat(kind.decompressed(whole, 5000)).hasSize(5000);
            seeds(SEEDS / 10, seed -> {
                byte[] bytes = damaged(whole, new Random(seed));
                readOrRefused(seed, () -> kind.decompressed(bytes, 5000));
            });
        }
    }

    @Test
    @Tag("soak")
    @Timeout(3600)
    void millionsOfDamagedRequestsAreReadOrRefused() {
        seeds(SEEDS_OF_THE_SOAK, FuzzTest::damagedBody);
        seeds(SEEDS_OF_THE_SOAK, FuzzTest::damagedMessage);
    }
}

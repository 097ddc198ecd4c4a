package dev.perdure.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perdure.core.Shape;
import dev.perdure.oip.BytesElements;
import dev.perdure.oip.Datatype;
import dev.perdure.oip.Deadline;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.InferResponse;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.ModelStatistics;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipClient;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import dev.perdure.oip.Outcome;
import dev.perdure.oip.Parameter;
import dev.perdure.oip.RepositoryEntry;
import dev.perdure.oip.RequestedOutput;
import dev.perdure.oip.Tensor;
import dev.perdure.testkit.OipHttp.Answer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every server of the Open Inference Protocol, version 2, promises: written from the specification and its
 * extensions (binary tensors, classification, repository, configuration, statistics), for any server at any address
 * that has the models of {@link dev.perdure.oip.SampleModels}.
 */
@Timeout(60)
public abstract class OipContract {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final String ADDER = "/v2/models/adder/infer";

    private OipHttp http = new OipHttp(URI.create("http://127.0.0.1:1"));
    private @Nullable OipClient client;

    /** Returns where it speaks HTTP, as {@code http://host:port}. */
    protected abstract URI http();

    /** Returns where it speaks gRPC. */
    protected abstract OipAddress grpc();

    @BeforeEach
    void connect() {
        http = new OipHttp(http());
    }

    @AfterEach
    void disconnect() {
        if (client != null) {
            client.close();
            client = null;
        }
    }

    private OipClient client() {
        if (client == null) {
            client = new OipClient(grpc());
        }
        return client;
    }

    private static String echo(String type) {
        return "/v2/models/echo_" + type + "/infer";
    }

    private static String input(String type, long elements, String rest) {
        return "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"%s\",\"shape\":[%d],%s}]}".formatted(type, elements, rest);
    }

    private static String sixteen(int from) {
        return IntStream.range(from, from + 16).boxed().toList().toString();
    }

    private static String adderInputs(String left, String right) {
        return """
                "inputs": [
                  {"name": "INPUT0", "datatype": "INT32", "shape": [1, 16], %s},
                  {"name": "INPUT1", "datatype": "INT32", "shape": [1, 16], %s}]""".formatted(left, right);
    }

    private static String adderData() {
        return adderInputs("\"data\": " + sixteen(0), "\"data\": " + sixteen(100));
    }

    private static byte[] numbers(int from) {
        ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        IntStream.range(from, from + 16).forEach(bytes::putInt);
        return bytes.array();
    }

    private static List<Long> sums() {
        return IntStream.range(0, 16).mapToObj(i -> 100L + 2L * i).toList();
    }

    private static void refused(Answer answer, String... words) throws IOException {
        assertThat(answer.status()).as(answer.error()).isBetween(400, 499);
        assertThat(answer.error()).contains(words);
    }

    @Test
    void saysThatItLivesAndIsReady() throws Exception {
        assertThat(http.get("/v2/health/live").status()).isEqualTo(200);
        assertThat(http.get("/v2/health/ready").status()).isEqualTo(200);
        assertThat(http.get("/v2/models/adder/ready").status()).isEqualTo(200);
        assertThat(http.get("/v2/models/adder/versions/1/ready").status()).isEqualTo(200);
        assertThat(client().live(LONG)).isTrue();
        assertThat(client().ready(LONG)).isTrue();
        assertThat(client().ready(ModelId.of("adder"), LONG)).isTrue();
    }

    @Test
    void saysWhoItIs() throws Exception {
        Map<String, Object> server = http.get("/v2").object();
        assertThat(server).containsKeys("name", "version", "extensions");
        assertThat(client().metadata(LONG).name()).isEqualTo(server.get("name"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v2/models/adder", "/v2/models/adder/versions/2"})
    void saysWhatAModelTakesAndGives(String path) throws Exception {
        Map<String, Object> model = http.get(path).object();
        assertThat(model).containsEntry("name", "adder").containsKey("platform");
        assertThat(model.get("inputs"))
                .isEqualTo(List.of(
                        Map.of("name", "INPUT0", "datatype", "INT32", "shape", List.of(-1L, 16L)),
                        Map.of("name", "INPUT1", "datatype", "INT32", "shape", List.of(-1L, 16L))));
        assertThat((List<?>) model.get("outputs")).hasSize(2);
        assertThat(client().metadata(ModelId.of("adder"), LONG)
                        .inputs()
                        .getFirst()
                        .shape())
                .containsExactly(-1L, 16L);
    }

    @ParameterizedTest
    @CsvSource({
        "/v2/models/nobody",
        "/v2/models/nobody/ready",
        "/v2/models/adder/versions/99",
        "/v2/models/nobody/stats"
    })
    void whatIsNotThereIsNotFound(String path) throws Exception {
        Answer answer = http.get(path);
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.error()).isNotBlank();
    }

    @Test
    void aModelThatIsNotThereIsNotFoundByGrpcAndInference() throws Exception {
        Answer answer = http.post("/v2/models/nobody/infer", "{%s}".formatted(adderData()));
        assertThat(answer.status()).isEqualTo(404);
        assertThatExceptionOfType(OipException.class)
                .isThrownBy(() -> client().metadata(ModelId.of("nobody"), LONG))
                .satisfies(e -> assertThat(e.error()).isEqualTo(OipError.NOT_FOUND));
    }

    @Test
    void anotherPathOrMethodIsRefusedWithAReason() throws Exception {
        assertThat(http.get("/v2/nothing").status()).isEqualTo(404);
        assertThat(http.get("/elsewhere").status()).isEqualTo(404);
        refused(http.get(ADDER), "GET", "POST");
        assertThat(http.get("/v2/systemsharedmemory/status").status()).isEqualTo(501);
    }

    @Test
    void answersInJsonWithTheIdAndTheVersion() throws Exception {
        Answer answer = http.post(ADDER, "{\"id\": \"7\", %s}".formatted(adderData()));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.object()).containsEntry("id", "7").containsEntry("model_name", "adder");
        assertThat(answer.object()).containsEntry("model_version", "2");
        assertThat(answer.output(0))
                .containsEntry("name", "OUTPUT0")
                .containsEntry("datatype", "INT32")
                .containsEntry("shape", List.of(1L, 16L))
                .containsEntry("data", sums());
        assertThat(answer.output(1)).containsEntry("name", "OUTPUT1");
    }

    @Test
    void theVersionThatIsNamedAnswers() throws Exception {
        Answer answer = http.post("/v2/models/adder/versions/1/infer", "{%s}".formatted(adderData()));
        assertThat(answer.object()).containsEntry("model_version", "1");
    }

    @Test
    void takesListsWithinLists() throws Exception {
        String nested = "\"data\": [" + sixteen(0) + "]";
        Answer answer = http.post(ADDER, "{%s}".formatted(adderInputs(nested, "\"data\": " + sixteen(100))));
        assertThat(answer.output(0)).containsEntry("data", sums());
    }

    @Test
    void membersMayComeInAnyOrder() throws Exception {
        Answer answer = http.post(
                echo("INT8"),
                "{\"inputs\":[{\"data\":[-1,2],\"shape\":[2],\"unknown\":{\"a\":[1]},\"name\":\"x\",\"datatype\":\"INT8\"}]}");
        assertThat(answer.output(0)).containsEntry("data", List.of(-1L, 2L));
    }

    @Test
    void givesTheOutputsThatAreAskedForInTheirOrder() throws Exception {
        Answer answer = http.post(
                ADDER, "{%s, \"outputs\": [{\"name\": \"OUTPUT1\"}, {\"name\": \"OUTPUT0\"}]}".formatted(adderData()));
        assertThat(answer.output(0)).containsEntry("name", "OUTPUT1");
        assertThat(answer.output(1)).containsEntry("name", "OUTPUT0").containsEntry("data", sums());
        refused(http.post(ADDER, "{%s, \"outputs\": [{\"name\": \"nobody\"}]}".formatted(adderData())), "nobody");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "BOOL|[true,false]",
                "INT8|[-128,127]",
                "INT16|[-32768,32767]",
                "INT32|[-2147483648,2147483647]",
                "INT64|[-9223372036854775808,9223372036854775807]",
                "UINT8|[0,255]",
                "UINT16|[0,65535]",
                "UINT32|[0,4294967295]",
                "FP32|[1.1754944E-38,-3.4028235E38]",
                "FP64|[4.9E-324,-1.7976931348623157E308]",
                "BYTES|[\"\",\"grün \\\"x\\\" \\ud83d\\ude00\"]"
            })
    void numbersComeBackAsTheyWereInJson(String type, String data) throws Exception {
        Answer answer = http.post(echo(type), input(type, 2, "\"data\":" + data));
        assertThat(answer.status()).as(() -> new String(answer.body(), UTF_8)).isEqualTo(200);
        assertThat(answer.output(0).get("data"))
                .isEqualTo(new Answer(200, Optional.empty(), Map.of(), data.getBytes(UTF_8)).json());
    }

    @Test
    void theGreatestUnsignedNumberComesBack() throws Exception {
        String greatest = "\"data\":[18446744073709551615]";
        Answer answer = http.post(echo("UINT64"), input("UINT64", 1, greatest));
        assertThat(new String(answer.body(), UTF_8)).contains(greatest);
    }

    @ParameterizedTest
    @EnumSource(Datatype.class)
    void bytesComeBackAsTheyWere(Datatype type) throws Exception {
        byte[] data = type == Datatype.BYTES
                ? new byte[] {2, 0, 0, 0, (byte) 0xFF, 0, 0, 0, 0, 0}
                : new byte[2 * type.bytesMin()];
        if (type != Datatype.BYTES) {
            data[data.length - 1] = type == Datatype.BOOL ? 1 : (byte) 0x7F;
        }
        String json = input(type.name(), 2, "\"parameters\":{\"binary_data_size\":%d}".formatted(data.length));
        String wanted = json.substring(0, json.length() - 1) + ",\"parameters\":{\"binary_data_output\":true}}";
        Answer answer = http.binary(echo(type.name()), wanted, data);
        assertThat(answer.status()).as(() -> new String(answer.body(), UTF_8)).isEqualTo(200);
        assertThat(answer.output(0).get("parameters")).isEqualTo(Map.of("binary_data_size", (long) data.length));
        assertThat(answer.output(0)).doesNotContainKey("data");
        assertThat(answer.binary()).isEqualTo(data);

        var tensor = new Tensor("x", type, Shape.of(2), MemorySegment.ofArray(data));
        InferResponse response = ask(new InferRequest(ModelId.of("echo_" + type), List.of(tensor)));
        assertThat(response.outputs().getFirst().data().toArray(ValueLayout.JAVA_BYTE))
                .isEqualTo(data);
        assertThat(response.outputs().getFirst().datatype()).isEqualTo(type);
    }

    private InferResponse ask(InferRequest request) {
        return client().infer(request, Deadline.in(LONG)).join().orThrow();
    }

    @Test
    void binaryAndJsonMayBeMixedOnBothWays() throws Exception {
        String size = "\"parameters\": {\"binary_data_size\": 64}";
        String json = """
                {%s, "outputs": [
                  {"name": "OUTPUT0", "parameters": {"binary_data": true}},
                  {"name": "OUTPUT1", "parameters": {"binary_data": false}}],
                 "parameters": {"binary_data_output": true}}""".formatted(adderInputs("\"data\": " + sixteen(0), size));
        Answer answer = http.binary(ADDER, json, numbers(100));
        assertThat(answer.status()).as(() -> new String(answer.body(), UTF_8)).isEqualTo(200);
        assertThat(answer.output(0)).doesNotContainKey("data");
        assertThat(answer.output(1).get("data"))
                .isEqualTo(IntStream.range(0, 16).mapToObj(_ -> -100L).toList());
        assertThat(answer.binary()).hasSize(64);
        assertThat(ByteBuffer.wrap(answer.binary())
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .getInt(4))
                .isEqualTo(102);
        assertThat(answer.header("Content-Type")).hasValue("application/octet-stream");
    }

    @Test
    void aBodyMayBeTheOnlyInputsBytes() throws Exception {
        Answer answer = http.post(echo("FP32"), new byte[] {0, 0, -128, 63}, "Inference-Header-Content-Length", "0");
        assertThat(answer.output(0)).containsEntry("shape", List.of(1L));
        assertThat(answer.binary()).containsExactly(0, 0, -128, 63);
        Answer text = http.post(echo("BYTES"), "grün".getBytes(UTF_8), "Inference-Header-Content-Length", "0");
        assertThat(text.binary()).hasSize(4 + 5);
        refused(http.post(echo("FP32"), new byte[5], "Inference-Header-Content-Length", "0"), "5");
        refused(http.post(ADDER, new byte[64], "Inference-Header-Content-Length", "0"), "2 inputs");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate"})
    void bodiesMayBeCompressedOnBothWays(String encoding) throws Exception {
        String json = "{%s}".formatted(adderData());
        var packed = new ByteArrayOutputStream();
        try (OutputStream out =
                encoding.equals("gzip") ? new GZIPOutputStream(packed) : new DeflaterOutputStream(packed)) {
            out.write(json.getBytes(UTF_8));
        }
        Answer answer =
                http.post(ADDER, packed.toByteArray(), "Content-Encoding", encoding, "Accept-Encoding", encoding);
        assertThat(answer.status()).isEqualTo(200);
        byte[] body = answer.header("Content-Encoding").isEmpty() ? answer.body() : unpacked(encoding, answer.body());
        assertThat(new Answer(200, Optional.empty(), Map.of(), body).output(0)).containsEntry("data", sums());
    }

    private static byte[] unpacked(String encoding, byte[] body) throws IOException {
        var in = new ByteArrayInputStream(body);
        try (var plain = encoding.equals("gzip") ? new GZIPInputStream(in) : new InflaterInputStream(in)) {
            return plain.readAllBytes();
        }
    }

    @Test
    void classesAreGivenAsTexts() throws Exception {
        String json = input("FP32", 3, "\"data\":[0.25,0.5,0.125]");
        Answer answer = http.post(
                echo("FP32"),
                json.substring(0, json.length() - 1)
                        + ",\"outputs\":[{\"name\":\"y\",\"parameters\":{\"classification\":2}}]}");
        assertThat(answer.output(0)).containsEntry("datatype", "BYTES").containsEntry("shape", List.of(2L));
        assertThat(answer.output(0)).containsEntry("data", List.of("0.5:1:one", "0.25:0:zero"));

        var asked = new RequestedOutput("y", Map.of("classification", Parameter.of(1)));
        InferResponse response = ask(new InferRequest(
                ModelId.of("echo_FP32"), "", Map.of(), List.of(Tensor.of("x", Shape.of(2), 1f, 2f)), List.of(asked)));
        assertThat(BytesElements.read(response.outputs().getFirst()))
                .singleElement()
                .satisfies(text -> assertThat(new String(text.toArray(ValueLayout.JAVA_BYTE), UTF_8))
                        .isEqualTo("2.0:1:one"));
    }

    @Test
    void halfFloatsAndNumbersThatJsonLacksAreRefusedInJsonBothWays() throws Exception {
        refused(http.post(echo("FP16"), input("FP16", 1, "\"data\":[1.0]")), "FP16", "binary");
        refused(http.post(echo("BF16"), input("BF16", 1, "\"data\":[1.0]")), "BF16", "binary");
        String size = "\"parameters\":{\"binary_data_size\":%d}";
        refused(http.binary(echo("FP16"), input("FP16", 1, size.formatted(2)), new byte[2]), "FP16", "binary");
        byte[] nan = {0, 0, (byte) 0xC0, 0x7F};
        refused(http.binary(echo("FP32"), input("FP32", 1, size.formatted(4)), nan), "NaN", "binary");
        byte[] notUtf8 = {1, 0, 0, 0, (byte) 0xFF};
        refused(http.binary(echo("BYTES"), input("BYTES", 1, size.formatted(5)), notUtf8), "UTF-8", "binary");
    }

    @Test
    void theTimeAndPriorityOfARequestMayBeGiven() throws Exception {
        String body = "{\"parameters\":{\"timeout\":5000000,\"priority\":1,\"sequence_id\":3,\"mine\":\"x\"},%s}"
                .formatted(adderData());
        assertThat(http.post(ADDER, body).status()).isEqualTo(200);
        refused(http.post(ADDER, "{\"parameters\":{\"timeout\":-1},%s}".formatted(adderData())), "timeout", "-1");
    }

    @Test
    void takesMoreThanFourMebibytes() throws Exception {
        float[] many = new float[2 << 20];
        InferResponse response =
                ask(new InferRequest(ModelId.of("echo_FP32"), List.of(Tensor.of("x", Shape.of(many.length), many))));
        assertThat(response.outputs().getFirst().data().byteSize()).isEqualTo(8 << 20);
        byte[] data = new byte[8 << 20];
        Answer answer = http.post(echo("FP32"), data, "Inference-Header-Content-Length", "0");
        assertThat(answer.binary()).hasSize(8 << 20);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "|the end",
                "{|close marker",
                "[]|a list",
                "{}|inputs",
                "{\"inputs\":[]}|inputs",
                "{\"inputs\":[{}]}|name",
                "{\"inputs\":1}|1",
                "{\"inputs\":null}|null",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP33\",\"data\":[1]}]}|FP33",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[-1],\"datatype\":\"FP32\",\"data\":[1]}]}|-1",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1.5],\"datatype\":\"FP32\",\"data\":[1]}]}|1.5",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[4611686018427387904,4],\"datatype\":\"FP32\",\"data\":[1]}]}|2^63",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1000000000000],\"datatype\":\"FP32\",\"data\":[1]}]}|1000000000000",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[2],\"datatype\":\"FP32\",\"data\":[1]}]}|1 elements",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1,2]}]}|expected: 1",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[2],\"datatype\":\"FP32\",\"data\":[[1,2]]}]}|lists within",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[NaN]}]}|NaN",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1e39]}]}|1e39",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[\"1\"]}]}|'1'",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":1}]}|a list",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"INT8\",\"data\":[128]}]}|128",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"UINT8\",\"data\":[-1]}]}|-1",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"INT32\",\"data\":[1.5]}]}|1.5",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"BOOL\",\"data\":[1]}]}|true or false",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\"}]}|neither",
                "{\"inputs\":[{\"name\":\"x\",\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1]}]}|twice",
                "{\"inputs\":[{\"name\":\"y\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1]}]}|'y'",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"INT32\",\"data\":[1]}]}|INT32",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,1],\"datatype\":\"FP32\",\"data\":[1]}]}|[1, 1]",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1]}]} x|x",
                "{\"id\":7,\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1]}]}|7",
                "{\"parameters\":{\"a\":[]},\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1]}]}|list"
            })
    void aMalformedRequestIsRefusedWithAReason(String body, String words) throws Exception {
        refused(http.post(echo("FP32"), body == null ? "" : body), words);
    }

    @Test
    void twoInputsOfOneNameAreRefused() throws Exception {
        String twice = "{%s}".formatted(adderData()).replace("INPUT1", "INPUT0");
        refused(http.post(ADDER, twice), "INPUT0", "twice");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"binary_data_size\":5}|4|5",
                "{\"binary_data_size\":3}|4|3",
                "{\"binary_data_size\":-1}|4|-1",
                "{\"binary_data_size\":9223372036854775807}|4|9223372036854775807",
                "{\"binary_data_size\":\"4\"}|4|'4'",
                "{\"binary_data_size\":8}|8|8 bytes"
            })
    void wrongLengthsOfBinaryDataAreRefused(String parameters, int bytes, String words) throws Exception {
        refused(http.binary(echo("FP32"), input("FP32", 1, "\"parameters\":" + parameters), new byte[bytes]), words);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "x", "99999", "9999999999999999999999"})
    void aWrongLengthOfTheJsonIsRefused(String length) throws Exception {
        refused(
                http.post(echo("FP32"), input("FP32", 1, "\"data\":[1]"), "Inference-Header-Content-Length", length),
                "Inference-Header-Content-Length");
    }

    @Test
    void cutOffTextsAreRefused() throws Exception {
        byte[] cut = {9, 0, 0, 0, 1};
        String size = "\"parameters\":{\"binary_data_size\":5}";
        refused(http.binary(echo("BYTES"), input("BYTES", 1, size), cut), "cut off");
        byte[] huge = {-1, -1, -1, -1, 1};
        refused(http.binary(echo("BYTES"), input("BYTES", 1, size), huge), "cut off");
    }

    @Test
    void whatIsNoUtf8OrNotCompressedAsItSaysIsRefused() throws Exception {
        byte[] body = input("BYTES", 1, "\"data\":[\"?\"]").getBytes(UTF_8);
        for (int i = 0; i < body.length; i++) {
            body[i] = body[i] == '?' ? (byte) 0xFF : body[i];
        }
        refused(http.post(echo("BYTES"), body), "UTF-8");
        refused(http.post(echo("BYTES"), input("BYTES", 1, "\"data\":[\"\\ud800\"]")), "surrogate");
        refused(http.post(echo("BYTES"), body, "Content-Encoding", "gzip"), "gzip");
        refused(http.post(echo("BYTES"), body, "Content-Encoding", "br"), "br");
    }

    @Test
    void aBodyThatGrowsBeyondTheLimitWhenItIsUnpackedIsRefused() throws Exception {
        var piece = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(piece)) {
            out.write(new byte[64 << 20]);
        }
        var packed = new ByteArrayOutputStream(); // more than any limit that may be set, in pieces
        for (int i = 0; i <= 16; i++) {
            packed.writeBytes(piece.toByteArray());
        }
        Answer answer = http.post(echo("FP32"), packed.toByteArray(), "Content-Encoding", "gzip");
        refused(answer, "decompressed");
    }

    @Test
    void theRepositoryTellsLoadsAndUnloads() throws Exception {
        Answer index = http.post("/v2/repository/index", "");
        assertThat(new String(index.body(), UTF_8)).contains("echo_INT64").contains("READY");
        assertThat(client().index(true, LONG)).extracting(RepositoryEntry::name).contains("echo_INT64");

        assertThat(http.post(
                                "/v2/repository/models/echo_INT64/unload",
                                "{\"parameters\":{\"unload_dependents\":false}}")
                        .status())
                .isEqualTo(200);
        Answer asked = http.post(echo("INT64"), input("INT64", 1, "\"data\":[1]"));
        assertThat(asked.status()).isNotEqualTo(200);
        assertThat(asked.error()).isNotBlank();
        assertThat(http.get("/v2/models/echo_INT64/ready").status()).isNotEqualTo(200);
        assertThat(client().index(true, LONG)).extracting(RepositoryEntry::name).doesNotContain("echo_INT64");

        assertThat(http.post("/v2/repository/models/echo_INT64/load", "").status())
                .isEqualTo(200);
        client().unload("echo_INT64", Map.of(), LONG);
        client().load("echo_INT64", Map.of(), LONG);
        assertThat(http.post(echo("INT64"), input("INT64", 1, "\"data\":[1]")).status())
                .isEqualTo(200);
        assertThat(http.post("/v2/repository/models/nobody/load", "{}").status())
                .isBetween(400, 499);
    }

    @Test
    void tellsHowAModelIsRun() throws Exception {
        Answer answer = http.get("/v2/models/adder/config");
        assertThat(answer.object()).containsEntry("name", "adder").containsKeys("max_batch_size", "input", "output");
        assertThat(new String(answer.body(), UTF_8)).contains("TYPE_INT32");
    }

    @Test
    void countsWhatAModelHasDone() throws Exception {
        long before = successes();
        assertThat(http.post("/v2/models/adder/versions/1/infer", "{%s}".formatted(adderData()))
                        .status())
                .isEqualTo(200);
        assertThat(successes()).isEqualTo(before + 1);
        Map<String, Object> all = http.get("/v2/models/stats").object();
        assertThat((List<?>) all.get("model_stats")).hasSizeGreaterThan(2);
        assertThat((List<?>) http.get("/v2/models/adder/stats").object().get("model_stats"))
                .hasSize(2);
    }

    private long successes() {
        List<ModelStatistics> statistics = client().statistics(Optional.of(ModelId.of("adder", "1")), LONG);
        return statistics.getFirst().success().count();
    }

    @Test
    void aRequestByGrpcWithoutAllInputsOrWithWrongOnesIsRefused() {
        var half = new InferRequest(ModelId.of("adder"), List.of(Tensor.of("INPUT0", Shape.of(1, 16), new int[16])));
        Outcome outcome = client().infer(half, Deadline.in(LONG)).join();
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Refused.class, refused -> {
            assertThat(refused.why().error()).isEqualTo(OipError.INVALID);
            assertThat(refused.why()).hasMessageContaining("INPUT1");
        });
        var wrong = new InferRequest(ModelId.of("echo_INT32"), List.of(Tensor.of("x", Shape.of(1), 1f)));
        assertThat(client().infer(wrong, Deadline.in(LONG)).join()).isInstanceOf(Outcome.Refused.class);
    }
}

package dev.perdure.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.perdure.store.LocalObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.datasketches.kll.KllDoublesSketch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A reader written from {@code docs/bundle-format.md} alone, with the JDK and a JSON library. It shows that the page is
 * complete, and that what is written is what the page says.
 */
class IndependentBundleReaderTest {
    private static final int FOOTER_BYTES = 79;

    @TempDir
    Path folder;

    private Path bundle = Path.of("");
    private PublicKey publicKey = Samples.KEY.publicHalf().key();

    @BeforeEach
    void write() throws Exception {
        bundle = folder.resolve("bundle");
        Path file = folder.resolve("key");
        SigningKey key = KeyFiles.create(file);
        Bundles.at(new LocalObjectStore(bundle)).write(Samples.full(), key);
        byte[] der = Base64.getMimeDecoder()
                .decode(Files.readString(folder.resolve("key.pub")).replaceAll("-----[A-Z ]+-----", ""));
        publicKey = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der));
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private JsonNode manifest() throws IOException {
        return new ObjectMapper().readTree(Files.readAllBytes(bundle.resolve("bundle.json")));
    }

    private byte[] part(String role) throws Exception {
        for (JsonNode object : manifest().get("objects")) {
            if (object.get("role").asText().equals(role)) {
                byte[] bytes = Files.readAllBytes(
                        bundle.resolve("objects").resolve(object.get("sha256").asText()));
                assertThat(bytes).hasSize(object.get("bytes").asInt());
                assertThat(sha256(bytes)).isEqualTo(object.get("sha256").asText());
                return bytes;
            }
        }
        throw new AssertionError("no part " + role);
    }

    /** Returns the bytes of each tensor, by name, type and shape. */
    private Map<String, byte[]> tensors(String role) throws Exception {
        byte[] file = part(role);
        int headerBytes =
                (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
        JsonNode header = new ObjectMapper().readTree(file, 8, headerBytes);
        var tensors = new LinkedHashMap<String, byte[]>();
        for (var tensor : header.properties()) {
            if (!tensor.getKey().equals("__metadata__")) {
                JsonNode offsets = tensor.getValue().get("data_offsets");
                int start = 8 + headerBytes;
                tensors.put(
                        tensor.getKey() + " " + tensor.getValue().get("dtype").asText()
                                + tensor.getValue().get("shape"),
                        Arrays.copyOfRange(
                                file,
                                start + offsets.get(0).asInt(),
                                start + offsets.get(1).asInt()));
            }
        }
        return tensors;
    }

    @Test
    void theManifestEndsWithItsDigestAndIsSignedAsItIs() throws Exception {
        byte[] manifest = Files.readAllBytes(bundle.resolve("bundle.json"));
        byte[] body = Arrays.copyOf(manifest, manifest.length - FOOTER_BYTES);
        assertThat(new String(manifest, body.length, FOOTER_BYTES, UTF_8))
                .isEqualTo("\"digest\": \"" + sha256(body) + "\"\n}\n");
        byte[] signature = Files.readAllBytes(bundle.resolve("signatures").resolve(sha256(publicKey.getEncoded())));
        Signature verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(publicKey);
        verifier.update(manifest);
        assertThat(verifier.verify(signature)).isTrue();
    }

    @Test
    void nothingLiesThereButWhatThePageNames() throws Exception {
        var expected = new TreeSet<>(Set.of("bundle.json", "signatures/" + sha256(publicKey.getEncoded())));
        for (JsonNode object : manifest().get("objects")) {
            expected.add("objects/" + object.get("sha256").asText());
        }
        try (Stream<Path> files = Files.walk(bundle)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> bundle.relativize(file).toString())
                            .filter(name -> !name.startsWith(".tmp")))
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test
    void everyMemberIsOnThePage() throws Exception {
        String page = Files.readString(Path.of("..", "docs", "bundle-format.md"));
        var names = new TreeSet<String>();
        collect(manifest(), names);
        names.removeAll(Set.of("red", "perdure", "logits")); // a category, a program and an output
        assertThat(names)
                .hasSizeGreaterThan(60)
                .allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
    }

    private static void collect(JsonNode node, Set<String> names) {
        node.properties().forEach(member -> names.add(member.getKey()));
        node.forEach(child -> collect(child, names));
    }

    @Test
    void valuesAreWherePageSaysTheyAre() throws Exception {
        JsonNode manifest = manifest();
        assertThat(manifest.get("perdure-bundle").asInt()).isEqualTo(1);
        assertThat(manifest.at("/inputs/0/shape")).hasToString("[-1,1,2]");
        assertThat(manifest.at("/preprocessing/1/mean/0").asDouble()).isEqualTo(0.13);
        assertThat(manifest.at("/fallback/outputs/logits/2").asText()).isEqualTo("NaN");
        assertThat(manifest.at("/guard/features/2/counts/red").asInt()).isEqualTo(7);
        assertThat(manifest.at("/performance/latencies/0/p50Micros").asInt()).isEqualTo(120);
        assertThat(manifest.at("/evaluation/overall/values/accuracy").asDouble())
                .isEqualTo(0.9);
        assertThat(new String(part("program"), UTF_8)).isEqualTo("layers:\n  - flatten\n");
        assertThat(new String(part("onnx"), UTF_8)).isEqualTo("no real ONNX file");
        assertThat(manifest.at("/provenance/file").asText()).isEqualTo("c".repeat(64));
    }

    @Test
    void tensorsAreSafetensors() throws Exception {
        Map<String, byte[]> weights = tensors("weights");
        assertThat(weights.keySet()).containsExactlyInAnyOrder("fc.bias F32[3]", "fc.weight F32[3,2]");
        var bias = ByteBuffer.wrap(java.util.Objects.requireNonNull(weights.get("fc.bias F32[3]")))
                .order(ByteOrder.LITTLE_ENDIAN);
        assertThat(bias.getFloat(0)).isEqualTo(0.5f);
        assertThat(bias.getFloat(4)).isNaN();
        assertThat(tensors("golden").keySet())
                .containsExactlyInAnyOrder("input/image F32[2,1,2]", "output/logits F32[2,3]");
    }

    @Test
    void quantilesAreSketchesOfDataSketches() throws Exception {
        Map<String, byte[]> reference = tensors("reference");
        String name = manifest().at("/guard/features/0/quantiles").asText();
        byte[] bytes = reference.entrySet().stream()
                .filter(tensor -> tensor.getKey().startsWith(name + " U8["))
                .findFirst()
                .orElseThrow()
                .getValue();
        KllDoublesSketch sketch = KllDoublesSketch.heapify(java.lang.foreign.MemorySegment.ofArray(bytes));
        assertThat(sketch.getN()).isEqualTo(1000);
        assertThat(sketch.getMaxItem()).isEqualTo(999);
        assertThat(reference.keySet())
                .anyMatch(key -> key.startsWith("drift/age U8["))
                .anyMatch(key -> key.startsWith("guard-image U8["))
                .contains("embedding/fc F32[2,3]", "inner-whitening F32[2,2]", "inner-centres F32[3,2]")
                .hasSize(6);
        assertThat(manifest().at("/guard/inner/layer").asText()).isEqualTo("fc2");
        assertThat(manifest().at("/guard/inner/threshold").asDouble()).isEqualTo(3.25);
    }
}

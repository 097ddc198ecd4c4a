package dev.perdure.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.core.Digests;
import dev.perdure.format.DigestFooter;
import dev.perdure.store.MemoryObjectStore;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Bytes of any kind, properly sealed and named: a bundle comes of them, or a clear refusal, and nothing else. */
class FuzzTest {
    private static byte[] damage(byte[] whole, Random random) {
        byte[] bytes = whole.clone();
        for (int i = 0; i <= random.nextInt(3); i++) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes[at] = (byte) "{}[]\",:0123456789-eE".charAt(random.nextInt(20));
                case 2 -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
                case 3 -> { // a stretch twice
                    int length = Math.min(random.nextInt(40), bytes.length - at);
                    byte[] longer = Arrays.copyOf(bytes, bytes.length + length);
                    System.arraycopy(bytes, at, longer, at + length, bytes.length - at);
                    bytes = longer;
                }
                default -> { // a stretch less
                    int length = Math.min(random.nextInt(40), bytes.length - at - 1);
                    System.arraycopy(bytes, at + length, bytes, at, bytes.length - at - length);
                    bytes = Arrays.copyOf(bytes, bytes.length - length);
                }
            }
        }
        return bytes;
    }

    /** Returns whether it was taken for a bundle. */
    private static boolean isRead(MemoryObjectStore store, String what) throws IOException {
        try {
            Bundles.at(store).verify(Trust.anybody());
            return true;
        } catch (RefusedBundleException e) {
            assertThat(e.getMessage())
                    .as(what)
                    .startsWith("bundle ")
                    .hasSizeLessThan(2000)
                    .doesNotContain("null (");
            return false;
        }
    }

    @Test
    void aManifestOfAnyTextIsReadOrRefused() throws IOException {
        MemoryObjectStore store = Samples.stored();
        byte[] whole = store.readAll("bundle.json");
        byte[] body = Arrays.copyOf(whole, whole.length - DigestFooter.BYTES);
        int read = 0;
        for (long seed = 0; seed < 3_000; seed++) {
            var random = new Random(seed);
            byte[] bytes = seed % 10 == 0 ? new byte[random.nextInt(300)] : damage(body, random);
            if (seed % 10 == 0) {
                random.nextBytes(bytes);
            }
            Samples.replace(store, "bundle.json", seed % 20 == 0 ? bytes : DigestFooter.append(bytes));
            read += isRead(store, "seed " + seed) ? 1 : 0;
        }
        assertThat(read).as("some damage is harmless, such as in a recipe").isBetween(20, 1_500);
    }

    @Test
    void aDeepOrEndlessManifestIsRefused() throws IOException {
        MemoryObjectStore store = Samples.stored();
        for (String body : new String[] {
            "[".repeat(1 << 20),
            "{\"a\":".repeat(1 << 20),
            "{\"perdure-bundle\": 1, \"labels\": [" + "1,".repeat(1 << 20),
            "{\"perdure-bundle\": 1" + "0".repeat(1 << 20),
            "{\"perdure-bundle\": 1, \"" + "x".repeat(1 << 20)
        }) {
            Samples.replace(store, "bundle.json", DigestFooter.append(body.getBytes(UTF_8)));
            assertThat(isRead(store, body.substring(0, 20))).isFalse();
        }
    }

    /** The maker's name for it is right, the manifest names it: what is in it must still be understood. */
    @Test
    void anObjectOfAnyBytesIsReadOrRefused() throws IOException {
        MemoryObjectStore stored = Samples.stored();
        String text = new String(stored.readAll("bundle.json"), UTF_8);
        int read = 0;
        for (String name : stored.list("objects/")) {
            byte[] whole = stored.readAll(name);
            for (long seed = 0; seed < 400; seed++) {
                MemoryObjectStore store = Samples.copyOf(stored);
                byte[] damaged = damage(whole, new Random(seed));
                String sha256 = Digests.sha256(damaged);
                store.delete(name);
                store.putIfAbsent("objects/" + sha256, damaged);
                String manifest = text.replaceFirst(
                        "\"sha256\": \"" + name.substring("objects/".length()) + "\", \"bytes\": \\d+",
                        "\"sha256\": \"" + sha256 + "\", \"bytes\": " + damaged.length);
                Samples.replace(store, "bundle.json", RefusalTest.sealed(manifest));
                read += isRead(store, name + " seed " + seed) ? 1 : 0;
            }
        }
        assertThat(read).as("a weight may have any value").isBetween(20, 1_500);
    }

    @Test
    void aSketchOfAnyBytesIsReadOrRefused() {
        byte[] whole = Samples.sketch(5000).bytes();
        int read = 0;
        for (long seed = 0; seed < 8_000; seed++) {
            byte[] bytes = damage(whole, new Random(seed));
            if (seed % 2 == 0) { // where the structure is
                bytes = whole.clone();
                var random = new Random(seed);
                bytes[random.nextInt(40)] = (byte) random.nextInt();
            }
            try {
                QuantileSketch sketch = QuantileSketch.ofBytes(bytes);
                assertThat(sketch.quantile(0.5)).as("seed %d", seed).isBetween(sketch.min(), sketch.max());
                read++;
            } catch (IllegalArgumentException e) {
                assertThat(e).as("seed %d", seed).hasMessageStartingWith("quantile sketch: ");
            }
        }
        assertThat(read).isBetween(400, 7_600);
    }
}

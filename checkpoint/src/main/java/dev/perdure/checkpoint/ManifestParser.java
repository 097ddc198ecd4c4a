package dev.perdure.checkpoint;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.State;
import dev.perdure.format.DigestFooter;
import dev.perdure.format.Json;
import dev.perdure.format.SafetensorsHeader;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the manifest's text strictly, and checks that its entries cover its objects to the last byte. */
final class ManifestParser {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private final Json json;
    private final LinkedHashMap<String, Double> metrics = new LinkedHashMap<>();
    private final List<Manifest.ObjectRef> objects = new ArrayList<>();
    private final List<Manifest.Entry> entries = new ArrayList<>();
    private long version;
    private long term;
    private long step;
    private @Nullable Instant created;

    private ManifestParser(Json json) {
        this.json = json;
    }

    static Manifest parse(CheckpointName name, byte[] bytes) throws CorruptCheckpointException {
        try {
            return parse(bytes, name);
        } catch (IOException | ArithmeticException | IllegalArgumentException | DateTimeException e) {
            throw new CorruptCheckpointException(
                    Damage.whole(name, Paths.manifest(name), String.valueOf(e.getMessage())));
        }
    }

    private static Manifest parse(byte[] bytes, CheckpointName name) throws IOException {
        if (bytes.length < DigestFooter.BYTES || bytes.length > Manifest.BYTES_MAX) {
            throw new IOException("manifest of %d bytes (expected: %d to %d)"
                    .formatted(bytes.length, DigestFooter.BYTES, Manifest.BYTES_MAX));
        }
        if (!DigestFooter.holds(bytes)) {
            throw new IOException("the manifest's digest does not hold: it was changed or cut");
        }
        var parser = new ManifestParser(Json.open(Json.decode(bytes)));
        parser.json.object(parser::member);
        parser.json.end();
        return parser.finish(name);
    }

    private void member(String name) throws IOException {
        switch (name) {
            case "perdure-checkpoint" -> version = json.whole(0, Integer.MAX_VALUE);
            case "term" -> term = json.whole(1, Integer.MAX_VALUE);
            case "step" -> step = json.whole(0, Long.MAX_VALUE);
            case "created" -> created = Instant.parse(json.text());
            case "metrics" -> json.object(metric -> metrics.put(metric, json.real()));
            case "objects" -> json.list(() -> objects.add(object()));
            case "entries" -> json.list(() -> entries.add(new EntryFields().read(json)));
            case "digest" -> json.text();
            default -> throw new IOException("unknown member '" + name + "'");
        }
    }

    private Manifest finish(CheckpointName name) throws IOException {
        if (version != ManifestWriter.VERSION) {
            throw new IOException("format %d (expected: %d). A newer Perdure wrote it: use that one."
                    .formatted(version, ManifestWriter.VERSION));
        }
        if (term != name.term() || step != name.step()) {
            throw new IOException("it is the manifest of term %d, step %d".formatted(term, step));
        }
        checkCover();
        return new Manifest(name, Json.required(created, "created"), metrics, objects, entries);
    }

    private Manifest.ObjectRef object() throws IOException {
        var found = new Object() {
            String sha256 = "";

            long bytes;

            long headerBytes;

            int[] crc = {};
        };
        json.object(member -> {
            switch (member) {
                case "sha256" -> found.sha256 = json.text();
                case "bytes" -> found.bytes = json.whole(SafetensorsHeader.LENGTH_BYTES, Long.MAX_VALUE);
                case "headerBytes" ->
                    found.headerBytes = json.whole(SafetensorsHeader.LENGTH_BYTES, SafetensorsHeader.JSON_BYTES_MAX);
                case "headerCrc32c" -> found.crc = crcs(json.text());
                default -> throw new IOException("object: unknown member '" + member + "'");
            }
        });
        if (!SHA256.matcher(found.sha256).matches() || found.crc.length != 1) {
            throw new IOException("object '%s': no digest, or no checksum of the header".formatted(found.sha256));
        }
        return new Manifest.ObjectRef(found.sha256, found.bytes, (int) found.headerBytes, found.crc[0]);
    }

    static int[] crcs(String hex) throws IOException {
        if (hex.length() % 8 != 0) {
            throw new IOException("checksums of %d digits (expected: a multiple of 8)".formatted(hex.length()));
        }
        int[] crcs = new int[hex.length() / 8];
        for (int i = 0; i < crcs.length; i++) {
            crcs[i] = HexFormat.fromHexDigits(hex, 8 * i, 8 * i + 8);
        }
        return crcs;
    }

    /** Tensors follow each other in their objects, from the header to the end: no byte is without a checksum. */
    private void checkCover() throws IOException {
        long[] at = new long[objects.size()];
        Arrays.setAll(at, i -> objects.get(i).headerBytes());
        Set<String> names = new HashSet<>();
        for (Manifest.Entry entry : entries) {
            if (!names.add(entry.name())) {
                throw new IOException("entry '%s' is given twice".formatted(entry.name()));
            }
            if (entry instanceof Manifest.Entry.Tensor tensor) {
                at[tensor.object()] = endOf(tensor, at);
            }
        }
        for (int i = 0; i < at.length; i++) {
            if (at[i] != objects.get(i).bytes()) {
                throw new IOException("object %d: %d bytes are accounted for (expected: %d)"
                        .formatted(i, at[i], objects.get(i).bytes()));
            }
        }
    }

    private static long endOf(Manifest.Entry.Tensor tensor, long[] at) throws IOException {
        if (tensor.object() >= at.length || at[tensor.object()] != tensor.offset()) {
            throw new IOException("tensor '%s': object %d, offset %d (expected: where the one before it ends)"
                    .formatted(tensor.name(), tensor.object(), tensor.offset()));
        }
        long bytes = Math.multiplyExact(
                tensor.shape().elements(), (long) tensor.dtype().bytes());
        if (tensor.crcs().size() != Checksums.blocks(bytes)) {
            throw new IOException("tensor '%s': %d checksums (expected: %d)"
                    .formatted(tensor.name(), tensor.crcs().size(), Checksums.blocks(bytes)));
        }
        return Math.addExact(tensor.offset(), bytes);
    }

    /** The members of an entry, while it is read. */
    private static final class EntryFields {
        private String name = "";
        private State.@Nullable Entry value;
        private @Nullable DType dtype;
        private @Nullable Shape shape;
        private long object = -1;
        private long offset = -1;
        private int @Nullable [] crcs;
        private int members;

        Manifest.Entry read(Json json) throws IOException {
            json.object(member -> {
                members++;
                member(json, member);
            });
            if (!isEntryName(name)) {
                throw new IOException("entry '%s' (expected: a name of letters, digits and . _ / -)".formatted(name));
            }
            if (value != null && members == 2) {
                return new Manifest.Entry.Value(name, value);
            }
            if (members != 6) {
                throw new IOException("entry '%s': %d members (expected: 2 or 6)".formatted(name, members));
            }
            return new Manifest.Entry.Tensor(
                    name,
                    Json.required(dtype, "tensor"),
                    Json.required(shape, "shape"),
                    (int) object,
                    offset,
                    new Manifest.Crcs(Json.required(crcs, "crc32c")));
        }

        /** Letters, digits and {@code . _ / -}; by hand, because there may be many. */
        private static boolean isEntryName(String name) {
            for (int i = 0; i < name.length(); i++) {
                char c = name.charAt(i);
                boolean letterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
                if (!letterOrDigit && "._/-".indexOf(c) < 0) {
                    return false;
                }
            }
            return !name.isEmpty();
        }

        private void member(Json json, String member) throws IOException {
            switch (member) {
                case "name" -> name = json.text();
                case "tensor" -> dtype = SafetensorsHeader.dtype(json.text(), name);
                case "shape" -> shape = SafetensorsHeader.shape(json);
                case "object" -> object = json.whole(0, Integer.MAX_VALUE);
                case "offset" -> offset = json.whole(0, Long.MAX_VALUE);
                case "crc32c" -> crcs = crcs(json.text());
                case "int" -> value = new State.Entry.Int(json.whole(Long.MIN_VALUE, Long.MAX_VALUE));
                case "real" -> value = new State.Entry.Real(json.real());
                case "text" -> value = new State.Entry.Text(json.text());
                case "blob" -> value = new State.Entry.Blob(Base64.getDecoder().decode(json.text()));
                default -> throw new IOException("entry '%s': unknown member '%s'".formatted(name, member));
            }
        }
    }
}

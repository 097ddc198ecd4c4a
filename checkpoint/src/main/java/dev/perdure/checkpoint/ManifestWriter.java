package dev.perdure.checkpoint;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.State;
import dev.perdure.format.DigestFooter;
import dev.perdure.format.Json;
import dev.perdure.format.SafetensorsHeader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;

/** Writes the manifest's text: one line per object and entry, and the digest of everything before it at the end. */
final class ManifestWriter {
    static final int VERSION = 1;

    private final StringBuilder out;

    private ManifestWriter(int sizeExpected) {
        this.out = new StringBuilder(sizeExpected);
    }

    static byte[] write(Manifest manifest) {
        var writer = new ManifestWriter(1024 + 160 * manifest.entries().size());
        writer.head(manifest);
        writer.objects(manifest);
        writer.entries(manifest);
        byte[] body = writer.out.toString().getBytes(StandardCharsets.UTF_8);
        if (body.length > Manifest.BYTES_MAX - 100) {
            throw new BadSettingException(
                    "checkpoint manifest: %d bytes (expected: <= %d). Hold large blobs and texts as U8 tensors."
                            .formatted(body.length, Manifest.BYTES_MAX));
        }
        return DigestFooter.append(body);
    }

    private void head(Manifest manifest) {
        out.append("{\n\"perdure-checkpoint\": ").append(VERSION).append(",\n");
        out.append("\"term\": ").append(manifest.name().term()).append(",\n");
        out.append("\"step\": ").append(manifest.name().step()).append(",\n");
        out.append("\"created\": \"").append(manifest.created()).append("\",\n");
        out.append("\"metrics\": {");
        String between = "";
        for (var metric : manifest.metrics().entrySet()) {
            Json.quote(out.append(between), metric.getKey()).append(": ");
            Json.real(out, metric.getValue());
            between = ", ";
        }
        out.append("},\n");
    }

    private void objects(Manifest manifest) {
        out.append("\"objects\": [");
        String between = "\n";
        for (Manifest.ObjectRef object : manifest.objects()) {
            out.append(between).append("{\"sha256\":\"").append(object.sha256());
            out.append("\",\"bytes\":").append(object.bytes());
            out.append(",\"headerBytes\":").append(object.headerBytes());
            out.append(",\"headerCrc32c\":\"")
                    .append(Checksums.hex(object.headerCrc32c()))
                    .append("\"}");
            between = ",\n";
        }
        out.append("\n],\n");
    }

    private void entries(Manifest manifest) {
        out.append("\"entries\": [");
        String between = "\n";
        for (Manifest.Entry entry : manifest.entries()) {
            Json.quote(out.append(between).append("{\"name\":"), entry.name()).append(',');
            switch (entry) {
                case Manifest.Entry.Tensor tensor -> tensor(tensor);
                case Manifest.Entry.Value value -> value(value.value());
            }
            out.append('}');
            between = ",\n";
        }
        out.append("\n],\n");
    }

    private void tensor(Manifest.Entry.Tensor tensor) {
        out.append("\"tensor\":\"").append(tensor.dtype()).append("\",\"shape\":");
        SafetensorsHeader.appendSizes(out, tensor.shape());
        out.append(",\"object\":").append(tensor.object());
        out.append(",\"offset\":").append(tensor.offset()).append(",\"crc32c\":\"");
        for (int block = 0; block < tensor.crcs().size(); block++) {
            out.append(HexFormat.of().toHexDigits(tensor.crcs().get(block)));
        }
        out.append('"');
    }

    private void value(State.Entry value) {
        switch (value) {
            case State.Entry.Tensor _ -> throw new IllegalArgumentException("tensors are not held in the manifest");
            case State.Entry.Int(long number) -> out.append("\"int\":").append(number);
            case State.Entry.Real(double number) -> Json.real(out.append("\"real\":"), number);
            case State.Entry.Text(String text) -> Json.quote(out.append("\"text\":"), text);
            case State.Entry.Blob blob ->
                out.append("\"blob\":\"")
                        .append(Base64.getEncoder().encodeToString(blob.bytes()))
                        .append('"');
        }
    }
}

package dev.perdure.oip;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.InflaterInputStream;

/** The two ways in which bodies are compressed; {@code deflate} is the zlib format. */
enum Compression {
    GZIP,
    DEFLATE;

    private static final int PIECE_BYTES = 1 << 16;

    /**
     * Returns what a header {@code Content-Encoding} says; absent for a body that is not compressed.
     *
     * @throws OipException if it is something else
     */
    static Optional<Compression> ofContent(Optional<String> header) {
        String name = header.orElse("identity").strip().toLowerCase(Locale.ROOT);
        return switch (name) {
            case "", "identity" -> Optional.empty();
            case "gzip", "x-gzip" -> Optional.of(GZIP);
            case "deflate" -> Optional.of(DEFLATE);
            default ->
                throw OipException.invalid(
                        "Content-Encoding: '%s' (expected: gzip, deflate, or none)", Texts.shown(name));
        };
    }

    /** Returns the first that a header {@code Accept-Encoding} allows; absent when it allows neither. */
    static Optional<Compression> accepted(Optional<String> header) {
        for (String offer : header.orElse("").toLowerCase(Locale.ROOT).split(",")) {
            String[] parts = offer.strip().split("\\s*;\\s*");
            boolean refused = parts.length > 1 && parts[1].matches("q\\s*=\\s*0(\\.0*)?");
            if (!refused && parts[0].equals("gzip")) {
                return Optional.of(GZIP);
            }
            if (!refused && parts[0].equals("deflate")) {
                return Optional.of(DEFLATE);
            }
        }
        return Optional.empty();
    }

    String headerValue() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Decompresses a body.
     *
     * @throws OipException if it is damaged or cut off, or becomes larger than allowed, which is noticed before it does
     */
    byte[] decompressed(byte[] body, int bytesMax) {
        var out = new ByteArrayOutputStream((int) Math.min(bytesMax, 4L * body.length));
        var in = new ByteArrayInputStream(body);
        try (InputStream plain = this == GZIP ? new GZIPInputStream(in) : new InflaterInputStream(in)) {
            byte[] piece = new byte[PIECE_BYTES];
            for (int read = plain.read(piece); read >= 0; read = plain.read(piece)) {
                if (read > bytesMax - out.size()) {
                    throw OipException.tooLarge("bytes of the decompressed body", (long) out.size() + read, bytesMax);
                }
                out.write(piece, 0, read);
            }
        } catch (IOException e) {
            throw OipException.invalid("body: not %s (%s)", headerValue(), Texts.shown(String.valueOf(e.getMessage())));
        }
        return out.toByteArray();
    }

    byte[] compressed(List<MemorySegment> parts) {
        var out = new ByteArrayOutputStream();
        try (OutputStream packed = packing(out)) {
            for (MemorySegment part : parts) {
                packed.write(part.toArray(ValueLayout.JAVA_BYTE));
            }
        } catch (IOException e) {
            throw new AssertionError("memory does not fail", e);
        }
        return out.toByteArray();
    }

    private OutputStream packing(OutputStream out) throws IOException {
        return switch (this) {
            case GZIP ->
                new GZIPOutputStream(out, PIECE_BYTES) {
                    {
                        def.setLevel(Deflater.BEST_SPEED);
                    }
                };
            case DEFLATE ->
                new DeflaterOutputStream(out) {
                    {
                        def.setLevel(Deflater.BEST_SPEED);
                    }
                };
        };
    }
}

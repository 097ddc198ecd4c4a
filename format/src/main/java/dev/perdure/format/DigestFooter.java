package dev.perdure.format;

import dev.perdure.core.Digests;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * How a manifest ends: with the SHA-256 of all bytes before, as the last member of its JSON object. Whoever reads one
 * checks this first, and believes nothing before it holds.
 */
public final class DigestFooter {
    private static final String OPENS = "\"digest\": \"";
    private static final String CLOSES = "\"\n}\n";

    /** The size of every footer. */
    public static final int BYTES = OPENS.length() + 64 + CLOSES.length();

    private DigestFooter() {}

    /** Returns a body with the footer that belongs to it. */
    public static byte[] append(byte[] body) {
        byte[] footer = of(body, body.length);
        byte[] whole = Arrays.copyOf(body, body.length + footer.length);
        System.arraycopy(footer, 0, whole, body.length, footer.length);
        return whole;
    }

    /** Returns whether a text ends with the footer of what stands before. */
    public static boolean holds(byte[] whole) {
        int body = whole.length - BYTES;
        return body >= 0 && Arrays.equals(whole, body, whole.length, of(whole, body), 0, BYTES);
    }

    private static byte[] of(byte[] text, int bodyBytes) {
        MessageDigest digest = Digests.sha256();
        digest.update(text, 0, bodyBytes);
        return (OPENS + Digests.hex(digest) + CLOSES).getBytes(StandardCharsets.UTF_8);
    }
}

package dev.perdure.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Damages bytes in the ways that parsers dislike. */
final class Fuzz {
    private static final List<String> NASTY = List.of(
            "9223372036854775807",
            "-1",
            "1e999",
            "null",
            "[[[[[[[[[[",
            "{",
            "}",
            "\"",
            "\\u0000",
            "\\ud800",
            "0",
            "true",
            "99999999999999999999999999",
            "[]",
            "{}",
            ",",
            "\u0000",
            "4294967296",
            "\"F32\"");

    private Fuzz() {}

    /** Returns a copy with one to four changes among the first so many bytes. */
    static byte[] damage(byte[] whole, int within, Random random) {
        byte[] bytes = whole.clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(Math.min(within, bytes.length) + 1);
            bytes = switch (random.nextInt(5)) {
                case 0 -> flipped(bytes, at, random);
                case 1 -> Arrays.copyOf(bytes, at);
                case 2 -> spliced(bytes, at, random.nextInt(8), nasty(random));
                case 3 -> spliced(bytes, at, 0, Arrays.copyOfRange(bytes, at, at + random.nextInt(64)));
                default -> spliced(bytes, at, random.nextInt(32), new byte[0]);
            };
        }
        return bytes;
    }

    private static byte[] nasty(Random random) {
        return NASTY.get(random.nextInt(NASTY.size())).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] flipped(byte[] bytes, int at, Random random) {
        if (at < bytes.length) {
            bytes[at] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    private static byte[] spliced(byte[] bytes, int at, int remove, byte[] insert) {
        int rest = Math.min(bytes.length, at + remove);
        byte[] spliced = new byte[at + insert.length + bytes.length - rest];
        System.arraycopy(bytes, 0, spliced, 0, at);
        System.arraycopy(insert, 0, spliced, at, insert.length);
        System.arraycopy(bytes, rest, spliced, at + insert.length, bytes.length - rest);
        return spliced;
    }
}

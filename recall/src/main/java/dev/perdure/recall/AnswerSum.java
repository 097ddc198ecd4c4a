package dev.perdure.recall;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** A sum over all that is known of an answer: a disk that gave back other bytes than it was given is found out. */
final class AnswerSum {
    private AnswerSum() {}

    static long of(KnownAnswer answer) {
        var sum = new CRC32C();
        add(sum, answer.question().model());
        add(sum, answer.question().input());
        add(sum, answer.source());
        sum.update(ByteBuffer.allocate(Long.BYTES).putLong(answer.atMillis()).flip());
        sum.update(answer.answer().asByteBuffer());
        return sum.getValue();
    }

    /** Texts end with what no text has in it. */
    private static void add(CRC32C sum, String text) {
        sum.update(text.getBytes(StandardCharsets.UTF_8));
        sum.update(0xFF);
    }
}

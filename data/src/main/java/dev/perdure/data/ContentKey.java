package dev.perdure.data;

import dev.perdure.core.Seeds;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** 128 bits of hash: made to find equal samples fast, not to withstand somebody who makes unequal ones look equal. */
record ContentKey(long high, long low) {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    static ContentKey of(byte[] content) {
        long high = content.length;
        long low = ~content.length;
        int at = 0;
        for (; at + Long.BYTES <= content.length; at += Long.BYTES) {
            long word = (long) LONGS.get(content, at);
            high = Seeds.mix(high + word);
            low = Seeds.mix(low ^ Long.rotateLeft(word, 29));
        }
        for (; at < content.length; at++) {
            high = Seeds.mix(high + content[at]);
            low = Seeds.mix(low ^ content[at]);
        }
        return new ContentKey(high, low);
    }

    /** Takes the first bits of a cryptographic hash. */
    static ContentKey ofHash(byte[] hash) {
        var bytes = ByteBuffer.wrap(hash);
        return new ContentKey(bytes.getLong(), bytes.getLong());
    }
}

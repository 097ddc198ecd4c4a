package dev.perdure.oip;

import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which trace a request belongs to, in the words of W3C Trace Context. Nothing is recorded here: ids are taken over from
 * whoever asks, passed on to whoever is asked, and answered.
 *
 * @param traceId 32 hexadecimal digits, not all 0: the same for all that one client's request brings about
 * @param spanId 16 hexadecimal digits, not all 0: what this server does about it
 * @param flags two hexadecimal digits; 01 when somebody records
 * @param state what tracers have to say to each other, as it came; empty for nothing
 */
public record Trace(String traceId, String spanId, String flags, String state) {
    /** The header with the ids. */
    public static final String PARENT = "traceparent";
    /** The header with the state. */
    public static final String STATE = "tracestate";

    private static final Pattern WRITTEN =
            Pattern.compile("(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?");
    private static final String UNRECORDED = "00";
    private static final int STATE_MAX = 512;

    /**
     * Returns this server's part of the trace that a client names; of a new one when it names none, or not as the standard
     * says.
     */
    static Trace of(Optional<String> parent, Optional<String> state, RandomGenerator random) {
        Matcher written = WRITTEN.matcher(parent.orElse(""));
        if (!written.matches() || (written.group(1).equals("00") && written.group(5) != null)) {
            return new Trace(hex(random, 2), hex(random, 1), UNRECORDED, "");
        }
        return new Trace(
                written.group(2),
                hex(random, 1),
                written.group(4),
                state.filter(text -> text.length() <= STATE_MAX).orElse(""));
    }

    private static String hex(RandomGenerator random, int longs) {
        var text = new StringBuilder();
        for (int i = 0; i < longs; i++) {
            long bits = random.nextLong();
            text.append(HexFormat.of().toHexDigits(bits == 0 ? 1 : bits));
        }
        return text.toString();
    }

    /** Returns the ids as they stand in a header. */
    public String parent() {
        return "00-%s-%s-%s".formatted(traceId, spanId, flags);
    }

    /** Returns the headers for whoever is asked on behalf of this request. */
    public Map<String, String> headers() {
        var headers = new LinkedHashMap<String, String>();
        headers.put(PARENT, parent());
        if (!state.isEmpty()) {
            headers.put(STATE, state);
        }
        return headers;
    }
}

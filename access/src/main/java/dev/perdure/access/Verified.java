package dev.perdure.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.core.Digests;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Tokens that were believed, by their digest, so that a client's every request does not cost a signature. The ones that were asked
 * about longest ago are forgotten first.
 */
final class Verified {
    private static final int MAX = 1_000;

    private final Map<String, Tokens.Believed> known = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Tokens.Believed> eldest) {
            return size() > MAX;
        }
    };

    private Object by = this;

    /** Returns who a token is of, if these keys have believed it and it holds. */
    synchronized Optional<Caller> find(Tokens tokens, String token, Instant now) {
        if (by != tokens) {
            known.clear();
        }
        return Optional.ofNullable(known.get(digest(token)))
                .filter(believed -> now.isBefore(believed.until()))
                .map(Tokens.Believed::caller);
    }

    synchronized void put(Tokens tokens, String token, Tokens.Believed believed) {
        if (by != tokens) {
            known.clear();
            by = tokens;
        }
        known.put(digest(token), believed);
    }

    private static String digest(String token) {
        return Digests.sha256(token.getBytes(UTF_8));
    }
}

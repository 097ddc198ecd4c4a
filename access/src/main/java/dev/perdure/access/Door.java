package dev.perdure.access;

import dev.perdure.oip.Access;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import dev.perdure.oip.Operation;
import dev.perdure.oip.Right;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Decides whether a request may pass, by the key or token that it shows: {@code Authorization: Bearer …}, or {@code x-api-key} for
 * keys; as gRPC's metadata the same.
 */
public final class Door implements Access {
    private static final String BEARER = "bearer ";

    private final Optional<Supplier<ApiKeys>> keys;
    private final Optional<Supplier<Tokens>> tokens;
    private final boolean healthIsOpen;
    private final boolean metricsAreOpen;
    private final InstantSource clock;
    private final Verified verified = new Verified();

    /**
     * Decides from now on.
     *
     * @param keys that are known now; absent if none is taken
     * @param tokens the same for tokens
     * @param healthIsOpen whether anybody may ask whether the server lives and is ready
     * @param metricsAreOpen whether anybody may read the figures
     */
    public Door(
            Optional<Supplier<ApiKeys>> keys,
            Optional<Supplier<Tokens>> tokens,
            boolean healthIsOpen,
            boolean metricsAreOpen,
            InstantSource clock) {
        this.keys = keys;
        this.tokens = tokens;
        this.healthIsOpen = healthIsOpen;
        this.metricsAreOpen = metricsAreOpen;
        this.clock = clock;
    }

    @Override
    public Verdict admit(Operation operation, Right right, Function<String, Optional<String>> header) {
        boolean isOpen = switch (operation) {
            case HEALTH -> healthIsOpen;
            case METRICS -> metricsAreOpen;
            case METADATA, CONFIG, STATISTICS, INDEX, INFER, LOAD, UNLOAD, OTHER -> false;
        };
        if (isOpen) {
            return Verdict.OPEN;
        }
        Caller caller = caller(header);
        Right needed = right == Right.NONE ? Right.PREDICT : right;
        Optional<OipException> refused = caller.may(needed)
                ? Optional.empty()
                : Optional.of(new OipException(
                        OipError.FORBIDDEN,
                        "client '%s' may not do that (expected: role %s)".formatted(caller.name(), needed.word())));
        return new Verdict(Optional.of(caller.name()), refused);
    }

    private Caller caller(Function<String, Optional<String>> header) {
        Optional<String> key = header.apply("x-api-key");
        if (key.isPresent()) {
            return ofKey(key.get());
        }
        String shown = header.apply("authorization")
                .orElseThrow(() -> unauthenticated("nobody says who asks"))
                .strip();
        if (!shown.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            throw unauthenticated("the authorization header does not begin with Bearer");
        }
        String bearer = shown.substring(BEARER.length()).strip();
        return bearer.startsWith(ApiKeys.PREFIX) ? ofKey(bearer) : ofToken(bearer);
    }

    private Caller ofKey(String key) {
        return keys.flatMap(known -> known.get().find(key)).orElseThrow(() -> unauthenticated("the key is not known"));
    }

    private Caller ofToken(String token) {
        Tokens known = tokens.orElseThrow(() -> unauthenticated("this server takes no tokens"))
                .get();
        Optional<Caller> before = verified.find(known, token, clock.instant());
        if (before.isPresent()) {
            return before.get();
        }
        Tokens.Believed believed = known.believe(token);
        verified.put(known, token, believed);
        return believed.caller();
    }

    private OipException unauthenticated(String why) {
        String expected = keys.isPresent() && tokens.isPresent()
                ? "an API key or a token"
                : keys.isPresent() ? "an API key" : "a token";
        return new OipException(
                OipError.UNAUTHENTICATED, "%s (expected: %s as authorization: Bearer …)".formatted(why, expected));
    }
}

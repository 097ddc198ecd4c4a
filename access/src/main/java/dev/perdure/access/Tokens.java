package dev.perdure.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.perdure.core.BadSettingException;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import dev.perdure.oip.Right;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * JSON Web Tokens (RFC 7519) that somebody has signed who is trusted: RS256 by RSA keys of 2048 bits or more, ES256 by P-256, EdDSA
 * by Ed25519. A token must say whom it is for, until when it holds, and who it is of; the key decides about the algorithm, not the
 * token.
 */
public final class Tokens {
    private static final Duration SKEW = Duration.ofSeconds(30);
    private static final int RSA_BITS_MIN = 2048;
    private static final int CHARS_MAX = 8_192;

    /**
     * What must stand in a token.
     *
     * @param audience one of {@code aud}
     * @param issuer {@code iss}; any if absent
     * @param rolesClaim where the roles are: a list of texts, or one text with spaces between
     */
    public record Options(String audience, Optional<String> issuer, String rolesClaim) {
        public Options {
            if (audience.isBlank()) {
                throw new BadSettingException("audience: '' (expected: whom tokens are for, as they say it in aud)");
            }
        }
    }

    private record Key(Optional<String> id, JWSAlgorithm algorithm, JWSVerifier verifier) {}

    private final Options options;
    private final List<Key> keys;
    private final InstantSource clock;

    /** Who a token is of, and until when. */
    record Believed(Caller caller, Instant until) {}

    private Tokens(Options options, List<Key> keys, InstantSource clock) {
        this.options = options;
        this.keys = List.copyOf(keys);
        this.clock = clock;
    }

    /**
     * Reads the keys of those who are trusted: a JSON Web Key Set, or one public key in PEM. Keys of a set that are of other kinds,
     * or not for signatures, are passed over.
     *
     * @param source the file's name, for messages
     * @throws BadSettingException if no key can be used
     */
    public static Tokens read(String source, byte[] file, Options options, InstantSource clock) {
        String text = new String(file, UTF_8).strip();
        List<Key> keys = text.startsWith("{")
                ? ofSet(source, text)
                : List.of(key(source, Optional.empty(), Pem.publicKey(source, file)));
        if (keys.isEmpty()) {
            throw new BadSettingException(
                    "%s: no key for signatures (expected: RSA, P-256 or Ed25519, with use \"sig\" or none)"
                            .formatted(source));
        }
        return new Tokens(options, keys, clock);
    }

    private static List<Key> ofSet(String source, String text) {
        var keys = new ArrayList<Key>();
        try {
            for (JWK jwk : JWKSet.parse(text).getKeys()) {
                boolean isForSignatures =
                        jwk.getKeyUse() == null || jwk.getKeyUse().equals(KeyUse.SIGNATURE);
                Optional<PublicKey> known = isForSignatures ? publicKey(jwk) : Optional.empty();
                known.ifPresent(usable -> keys.add(key(source, Optional.ofNullable(jwk.getKeyID()), usable)));
            }
        } catch (ParseException | JOSEException e) {
            throw new BadSettingException(
                    "%s: not a JSON Web Key Set: %s (expected: {\"keys\": […]}, or a public key in PEM)"
                            .formatted(source, e.getMessage()));
        }
        return keys;
    }

    private static Optional<PublicKey> publicKey(JWK jwk) throws JOSEException {
        return switch (jwk) {
            case RSAKey rsa -> Optional.of(rsa.toRSAPublicKey());
            case ECKey ec when ec.getCurve().equals(Curve.P_256) -> Optional.of(ec.toECPublicKey());
            case OctetKeyPair pair
            when pair.getCurve().equals(Curve.Ed25519) -> Optional.of(EdVerifier.key(pair.getDecodedX()));
            default -> Optional.empty();
        };
    }

    private static Key key(String source, Optional<String> id, PublicKey key) {
        try {
            return switch (key) {
                case RSAPublicKey rsa
                when rsa.getModulus().bitLength() >= RSA_BITS_MIN ->
                    new Key(id, JWSAlgorithm.RS256, new RSASSAVerifier(rsa));
                case RSAPublicKey rsa ->
                    throw new BadSettingException("%s: an RSA key of %d bits (expected: >= %d)"
                            .formatted(source, rsa.getModulus().bitLength(), RSA_BITS_MIN));
                case ECPublicKey ec -> new Key(id, JWSAlgorithm.ES256, new ECDSAVerifier(ec));
                case EdECPublicKey ed -> new Key(id, JWSAlgorithm.EdDSA, new EdVerifier(ed));
                default ->
                    throw new BadSettingException(
                            "%s: a key for %s (expected: RSA, P-256 or Ed25519)".formatted(source, key.getAlgorithm()));
            };
        } catch (JOSEException e) {
            throw new BadSettingException("%s: %s (expected: RSA, P-256 or Ed25519)".formatted(source, e.getMessage()));
        }
    }

    /** Returns how many keys are trusted. */
    public int keys() {
        return keys.size();
    }

    /**
     * Returns who a token is of.
     *
     * @throws OipException {@link OipError#UNAUTHENTICATED}, with the reason, if it is not to be believed
     */
    Believed believe(String token) {
        if (token.length() > CHARS_MAX) {
            throw unbelieved("it has %d characters (expected: at most %d)".formatted(token.length(), CHARS_MAX));
        }
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            if (!isSigned(jwt)) {
                throw unbelieved(
                        "nobody who is trusted has signed it (expected: RS256, ES256 or EdDSA by a key of the server's)");
            }
            return believed(jwt.getJWTClaimsSet());
        } catch (ParseException _) {
            throw unbelieved("it is none (expected: a signed JSON Web Token)");
        }
    }

    private boolean isSigned(SignedJWT jwt) {
        Optional<String> id = Optional.ofNullable(jwt.getHeader().getKeyID());
        for (Key key : keys) {
            boolean isMeant = key.algorithm().equals(jwt.getHeader().getAlgorithm())
                    && (id.isEmpty() || key.id().isEmpty() || id.equals(key.id()));
            try {
                if (isMeant && jwt.verify(key.verifier())) {
                    return true;
                }
            } catch (JOSEException _) {
                // a signature that cannot be checked is none
            }
        }
        return false;
    }

    private Believed believed(JWTClaimsSet claims) {
        Instant now = clock.instant();
        Instant until = time(claims.getExpirationTime())
                .orElseThrow(() -> unbelieved("it does not say until when it holds (expected: exp)"));
        if (!now.isBefore(until.plus(SKEW))) {
            throw unbelieved("it held until %s (expected: later than %s)".formatted(until, now));
        }
        time(claims.getNotBeforeTime())
                .filter(from -> now.plus(SKEW).isBefore(from))
                .ifPresent(from -> {
                    throw unbelieved("it holds from %s (expected: before %s)".formatted(from, now));
                });
        if (!claims.getAudience().contains(options.audience())) {
            throw unbelieved("it is not for this server (expected: aud %s)".formatted(options.audience()));
        }
        options.issuer().filter(issuer -> !issuer.equals(claims.getIssuer())).ifPresent(issuer -> {
            throw unbelieved("another has issued it (expected: iss %s)".formatted(issuer));
        });
        String name = Optional.ofNullable(claims.getSubject())
                .filter(subject -> !subject.isBlank())
                .orElseThrow(() -> unbelieved("it does not say who it is of (expected: sub)"));
        return new Believed(new Caller(name, roles(claims)), until.plus(SKEW));
    }

    private static Optional<Instant> time(@org.jspecify.annotations.Nullable Date date) {
        return Optional.ofNullable(date).map(Date::toInstant);
    }

    /** Roles that mean nothing here are nobody's mistake: tokens serve many. */
    private Set<Right> roles(JWTClaimsSet claims) {
        Object said = claims.getClaim(options.rolesClaim());
        Collection<?> words = said instanceof String text
                ? List.of(text.split(" "))
                : said instanceof Collection<?> list ? list : List.of();
        Set<Right> roles = EnumSet.noneOf(Right.class);
        for (Object word : words) {
            if ("predict".equals(word)) {
                roles.add(Right.PREDICT);
            } else if ("admin".equals(word)) {
                roles.add(Right.ADMIN);
            }
        }
        return roles;
    }

    private static OipException unbelieved(String why) {
        return new OipException(OipError.UNAUTHENTICATED, "the token is not believed: " + why);
    }
}

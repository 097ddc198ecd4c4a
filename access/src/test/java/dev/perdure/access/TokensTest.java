package dev.perdure.access;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.perdure.core.BadSettingException;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import dev.perdure.oip.Right;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A token is believed when everything about it is right, and not when one thing is not. */
class TokensTest {
    private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);
    private static final Tokens.Options OPTIONS = new Tokens.Options("digits", Optional.of("issuer"), "roles");
    private static final KeyPair RSA = pair("RSA", 2048);
    private static final KeyPair OTHER = pair("RSA", 2048);
    private static final KeyPair EC = curve();
    private static final KeyPair ED = pair("Ed25519", 255);

    private static KeyPair pair(String algorithm, int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (algorithm.equals("RSA")) {
                generator.initialize(bits);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static KeyPair curve() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] pem(KeyPair keys) {
        String text = Base64.getMimeEncoder().encodeToString(keys.getPublic().getEncoded());
        return "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
                .formatted(text)
                .getBytes(UTF_8);
    }

    private static Tokens trusting(KeyPair keys) {
        return Tokens.read("key.pem", pem(keys), OPTIONS, CLOCK);
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .subject("alice")
                .issuer("issuer")
                .audience(List.of("others", "digits"))
                .expirationTime(Date.from(NOW.plusSeconds(600)))
                .claim("roles", List.of("predict", "something else"));
    }

    private static String signed(JWSHeader header, JWTClaimsSet claims, JWSSigner signer) throws JOSEException {
        var jwt = new SignedJWT(header, claims);
        jwt.sign(signer);
        return jwt.serialize();
    }

    private static String byRsa(JWTClaimsSet claims) throws JOSEException {
        return signed(new JWSHeader(JWSAlgorithm.RS256), claims, new RSASSASigner(RSA.getPrivate()));
    }

    private static String byEd(JWTClaimsSet claims) throws GeneralSecurityException {
        String signing = "%s.%s"
                .formatted(
                        new JWSHeader.Builder(JWSAlgorithm.EdDSA)
                                .type(JOSEObjectType.JWT)
                                .build()
                                .toBase64URL(),
                        Base64URL.encode(claims.toString()));
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(ED.getPrivate());
        signature.update(signing.getBytes(UTF_8));
        return signing + "." + Base64URL.encode(signature.sign());
    }

    private static void refused(Tokens tokens, String token, String why) {
        assertThatExceptionOfType(OipException.class)
                .as(why)
                .isThrownBy(() -> tokens.believe(token))
                .withMessageContaining(why)
                .satisfies(e -> assertThat(e.error()).isEqualTo(OipError.UNAUTHENTICATED));
    }

    @Test
    void tokensOfAllThreeKindsAreBelieved() throws Exception {
        Tokens.Believed believed = trusting(RSA).believe(byRsa(claims().build()));
        assertThat(believed.caller().name()).isEqualTo("alice");
        assertThat(believed.caller().may(Right.PREDICT)).isTrue();
        assertThat(believed.caller().may(Right.ADMIN)).isFalse();
        assertThat(believed.until()).isAfter(NOW.plusSeconds(599));
        String ofCurve = signed(
                new JWSHeader(JWSAlgorithm.ES256),
                claims().claim("roles", "admin x").build(),
                new ECDSASigner((ECPrivateKey) EC.getPrivate()));
        assertThat(trusting(EC).believe(ofCurve).caller().may(Right.ADMIN)).isTrue();
        assertThat(trusting(ED).believe(byEd(claims().build())).caller().name()).isEqualTo("alice");
    }

    @Test
    void aSetOfKeysIsTakenAsItIsPublished() throws Exception {
        var ec = new ECKey.Builder(Curve.P_256, (ECPublicKey) EC.getPublic())
                .keyID("new")
                .build();
        var rsa =
                new RSAKey.Builder((RSAPublicKey) RSA.getPublic()).keyID("old").build();
        String set = new JWKSet(List.of(ec, rsa)).toString();
        Tokens tokens = Tokens.read("jwks", set.getBytes(UTF_8), OPTIONS, CLOCK);
        assertThat(tokens.keys()).isEqualTo(2);
        assertThat(tokens.believe(byRsa(claims().build())).caller().name()).isEqualTo("alice");
        String named = signed(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("old").build(),
                claims().build(),
                new RSASSASigner(RSA.getPrivate()));
        assertThat(tokens.believe(named).caller().name()).isEqualTo("alice");
        String misnamed = signed(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("new").build(),
                claims().build(),
                new RSASSASigner(RSA.getPrivate()));
        refused(tokens, misnamed, "nobody who is trusted has signed it");
    }

    @Test
    void whatAnybodyCouldHaveWrittenIsNotBelieved() throws Exception {
        Tokens tokens = trusting(RSA);
        String good = byRsa(claims().build());
        String[] parts = good.split("\\.");
        String raised = Base64URL.encode(
                        claims().claim("roles", "admin").build().toString())
                .toString();
        refused(tokens, parts[0] + "." + raised + "." + parts[2], "nobody who is trusted");
        refused(tokens, parts[0] + "." + parts[1] + ".", "");
        refused(tokens, new PlainJWT(claims().build()).serialize(), "it is none");
        refused(tokens, "nonsense", "it is none");
        refused(tokens, "a.b.c", "it is none");
        refused(tokens, "x".repeat(10_000), "at most 8192");
        String byStranger =
                signed(new JWSHeader(JWSAlgorithm.RS256), claims().build(), new RSASSASigner(OTHER.getPrivate()));
        refused(tokens, byStranger, "nobody who is trusted");
        String byPublicKey = signed(
                new JWSHeader(JWSAlgorithm.HS256),
                claims().build(),
                new MACSigner(RSA.getPublic().getEncoded()));
        refused(tokens, byPublicKey, "nobody who is trusted");
        String byOtherAlgorithm =
                signed(new JWSHeader(JWSAlgorithm.RS512), claims().build(), new RSASSASigner(RSA.getPrivate()));
        refused(tokens, byOtherAlgorithm, "nobody who is trusted");
        String ofEd = byEd(claims().build());
        refused(trusting(ED), ofEd.substring(0, ofEd.length() - 8) + "AAAAAAAA", "nobody who is trusted");
    }

    @Test
    void aTokenThatIsForAnotherOrAnotherTimeIsNotBelieved() throws Exception {
        Tokens tokens = trusting(RSA);
        refused(
                tokens,
                byRsa(claims().expirationTime(Date.from(NOW.minusSeconds(31))).build()),
                "it held until 2026-11-30T11:59:29Z");
        assertThat(tokens.believe(byRsa(claims().expirationTime(Date.from(NOW.minusSeconds(20)))
                                .build()))
                        .caller()
                        .name())
                .as("clocks differ a little")
                .isEqualTo("alice");
        refused(tokens, byRsa(claims().expirationTime(null).build()), "expected: exp");
        refused(
                tokens,
                byRsa(claims().notBeforeTime(Date.from(NOW.plusSeconds(60))).build()),
                "it holds from");
        refused(tokens, byRsa(claims().audience("others").build()), "it is not for this server");
        refused(tokens, byRsa(claims().audience((String) null).build()), "it is not for this server");
        refused(tokens, byRsa(claims().issuer("mallory").build()), "expected: iss issuer");
        refused(tokens, byRsa(claims().subject(null).build()), "expected: sub");
    }

    @Test
    void keysThatCannotBeUsedAreRefusedWithWhatIsExpected() {
        assertThatExceptionOfType(BadSettingException.class)
                .isThrownBy(() -> trusting(pair("RSA", 1024)))
                .withMessageContaining("an RSA key of 1024 bits (expected: >= 2048)");
        for (String wrong :
                List.of("", "{}", "{\"keys\":[]}", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}", "text")) {
            assertThatExceptionOfType(BadSettingException.class)
                    .as(wrong)
                    .isThrownBy(() -> Tokens.read("file", wrong.getBytes(UTF_8), OPTIONS, CLOCK))
                    .withMessageContaining("file: ")
                    .withMessageContaining("expected: ");
        }
    }
}

package dev.perdure.access;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.perdure.core.BadSettingException;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Keys and certificates, as OpenSSL writes them in texts. */
final class Pem {
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "Ed25519");

    private Pem() {}

    /**
     * Reads certificates.
     *
     * @throws BadSettingException if there is none, or anything else
     */
    static List<X509Certificate> certificates(String source, byte[] text) {
        try {
            List<X509Certificate> read =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(text))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (!read.isEmpty()) {
                return read;
            }
            throw new BadSettingException(
                    "%s: no certificate (expected: one or more, from -----BEGIN CERTIFICATE----- on)"
                            .formatted(source));
        } catch (CertificateException e) {
            throw new BadSettingException(
                    "%s: not certificates: %s (expected: PEM, from -----BEGIN CERTIFICATE----- on)"
                            .formatted(source, e.getMessage()));
        }
    }

    /**
     * Reads a private key.
     *
     * @throws BadSettingException if it is none, is encrypted, or not in PKCS#8
     */
    static PrivateKey privateKey(String source, byte[] text) {
        byte[] encoded = block("PRIVATE KEY", text)
                .orElseThrow(() ->
                        new BadSettingException(("%s: no -----BEGIN PRIVATE KEY----- (expected: PKCS#8, not encrypted)."
                                        + " Make it so: openssl pkcs8 -topk8 -nocrypt -in FILE")
                                .formatted(source)));
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
            } catch (GeneralSecurityException _) {
                // of another algorithm
            }
        }
        throw unknown(source);
    }

    /**
     * Reads a public key.
     *
     * @throws BadSettingException if it is none
     */
    static PublicKey publicKey(String source, byte[] text) {
        byte[] encoded = block("PUBLIC KEY", text)
                .orElseThrow(() -> new BadSettingException(
                        "%s: no -----BEGIN PUBLIC KEY----- (expected: one, or a JSON Web Key Set)".formatted(source)));
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(encoded));
            } catch (GeneralSecurityException _) {
                // of another algorithm
            }
        }
        throw unknown(source);
    }

    private static BadSettingException unknown(String source) {
        return new BadSettingException(
                "%s: a key of another kind (expected: one of %s)".formatted(source, String.join(", ", ALGORITHMS)));
    }

    private static Optional<byte[]> block(String kind, byte[] text) {
        Matcher block = Pattern.compile("-----BEGIN " + kind + "-----([^-]*)-----END " + kind + "-----")
                .matcher(new String(text, US_ASCII));
        if (!block.find()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Base64.getMimeDecoder().decode(block.group(1).strip()));
        } catch (IllegalArgumentException _) {
            return Optional.of(new byte[0]);
        }
    }
}

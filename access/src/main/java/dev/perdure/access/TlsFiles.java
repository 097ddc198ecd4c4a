package dev.perdure.access;

import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.common.TlsProvider;
import dev.perdure.core.BadSettingException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;

/**
 * A server's certificate and key, and whose clients' certificates it takes: PEM files that are read again when they change.
 * Connections that are there go on with what they began with; new ones get what the files say now.
 */
public final class TlsFiles implements TlsProvider {
    private final boolean asksClients;
    private final Reloaded<Material> material;

    private record Material(TlsKeyPair pair, List<X509Certificate> authorities) {
        X509Certificate own() {
            return pair.certificateChain().getFirst();
        }
    }

    /**
     * Reads the files, and looks at them again from then on.
     *
     * @param certificate the server's, and those that it was signed with
     * @param key its private half, in PKCS#8
     * @param clientAuthorities that clients' certificates must be signed by; absent when clients need none
     * @param listener hears when they change
     * @param every how long it is from one look to the next
     * @throws BadSettingException if they are not there, do not belong together, or hold no more or not yet
     */
    public TlsFiles(
            Path certificate,
            Path key,
            Optional<Path> clientAuthorities,
            ReloadListener listener,
            Duration every,
            InstantSource clock) {
        this.asksClients = clientAuthorities.isPresent();
        var files = new ArrayList<>(List.of(certificate, key));
        clientAuthorities.ifPresent(files::add);
        this.material = new Reloaded<>(
                "TLS certificates",
                files,
                contents -> read(files, contents, clock.instant()),
                read -> "%s, until %s"
                        .formatted(
                                read.own().getSubjectX500Principal(),
                                read.own().getNotAfter().toInstant()),
                listener,
                every);
    }

    private static Material read(List<Path> files, List<byte[]> contents, Instant now) {
        String certificateFile = files.get(0).toString();
        List<X509Certificate> chain = Pem.certificates(certificateFile, contents.get(0));
        chain.forEach(each -> holds(certificateFile, each, now));
        PrivateKey key = Pem.privateKey(files.get(1).toString(), contents.get(1));
        if (!belong(key, chain.getFirst().getPublicKey())) {
            throw new BadSettingException("%s: the key of another certificate (expected: that of %s, %s)"
                    .formatted(files.get(1), certificateFile, chain.getFirst().getSubjectX500Principal()));
        }
        List<X509Certificate> authorities = List.of();
        if (files.size() > 2) {
            String file = files.get(2).toString();
            authorities = Pem.certificates(file, contents.get(2));
            authorities.forEach(each -> holds(file, each, now));
        }
        return new Material(TlsKeyPair.of(key, chain), authorities);
    }

    private static void holds(String file, X509Certificate certificate, Instant now) {
        Date from = certificate.getNotBefore();
        Date until = certificate.getNotAfter();
        if (now.isBefore(from.toInstant()) || !now.isBefore(until.toInstant())) {
            throw new BadSettingException("%s: %s holds from %s to %s (expected: now, %s). Use a newer one"
                    .formatted(file, certificate.getSubjectX500Principal(), from.toInstant(), until.toInstant(), now));
        }
    }

    /** Whoever has the one can make signatures that the other verifies. */
    private static boolean belong(PrivateKey key, PublicKey publicKey) {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> "Ed25519";
        };
        byte[] text = new byte[32];
        new SecureRandom().nextBytes(text);
        try {
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(text);
            byte[] signature = signing.sign();
            Signature verifying = Signature.getInstance(algorithm);
            verifying.initVerify(publicKey);
            verifying.update(text);
            return verifying.verify(signature);
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    /** Whether clients must show a certificate. */
    public boolean asksClients() {
        return asksClients;
    }

    /** Returns until when the certificate holds that new connections get. */
    public Instant until() {
        return material.get().own().getNotAfter().toInstant();
    }

    @Override
    public TlsKeyPair keyPair(String hostname) {
        return material.get().pair();
    }

    @Override
    public List<X509Certificate> trustedCertificates(String hostname) {
        return material.get().authorities();
    }

    /** Looks at the files no more. */
    @Override
    public void close() {
        material.close();
    }
}

package dev.perdure.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.impl.BaseJWSProvider;
import com.nimbusds.jose.util.Base64URL;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.Set;

/** Ed25519 signatures, by the JDK; the library would bring another for them. */
final class EdVerifier extends BaseJWSProvider implements JWSVerifier {
    /** What stands before the 32 bytes of a key in X.509. */
    private static final byte[] X509 = HexFormat.of().parseHex("302a300506032b6570032100");

    private final PublicKey key;

    EdVerifier(EdECPublicKey key) throws JOSEException {
        super(Set.of(JWSAlgorithm.EdDSA));
        if (!key.getParams().getName().equals("Ed25519")) {
            throw new JOSEException("a key for " + key.getParams().getName());
        }
        this.key = key;
    }

    /** Returns the key that these 32 bytes are. */
    static PublicKey key(byte[] bytes) throws JOSEException {
        byte[] encoded = new byte[X509.length + bytes.length];
        System.arraycopy(X509, 0, encoded, 0, X509.length);
        System.arraycopy(bytes, 0, encoded, X509.length, bytes.length);
        try {
            return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            throw new JOSEException("not an Ed25519 key", e);
        }
    }

    @Override
    public boolean verify(JWSHeader header, byte[] signed, Base64URL signature) throws JOSEException {
        if (header.getCriticalParams() != null && !header.getCriticalParams().isEmpty()) {
            return false;
        }
        try {
            Signature verifying = Signature.getInstance("Ed25519");
            verifying.initVerify(key);
            verifying.update(signed);
            return verifying.verify(signature.decode());
        } catch (SignatureException _) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new JOSEException("cannot be verified", e);
        }
    }
}

package dev.perdure.model;

import dev.perdure.core.Digests;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;

/**
 * The public half of an Ed25519 key pair (RFC 8032): finds out whether its owner signed something.
 *
 * @param id the SHA-256 of the key as X.509 has it (DER): what signatures are filed under, and what two people compare
 */
public record VerifyingKey(String id, PublicKey key) {
    /** The size of every signature. */
    static final int SIGNATURE_BYTES = 64;

    static final String ALGORITHM = "Ed25519";

    static VerifyingKey of(PublicKey key) {
        return new VerifyingKey(Digests.sha256(key.getEncoded()), key);
    }

    /** Returns whether a signature is this key's of these bytes. */
    public boolean holds(byte[] bytes, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance(ALGORITHM);
            verifier.initVerify(key);
            verifier.update(bytes);
            return verifier.verify(signature);
        } catch (SignatureException e) {
            return false; // it is no signature at all
        } catch (InvalidKeyException e) {
            throw new IllegalStateException("key " + id + " was Ed25519 when it was read", e);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java runtime of version 15 or later has Ed25519", e);
        }
    }
}

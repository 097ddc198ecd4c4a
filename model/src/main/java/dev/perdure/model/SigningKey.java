package dev.perdure.model;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;

/**
 * An Ed25519 key pair (RFC 8032). A signature is a function of key and bytes alone.
 *
 * @param publicHalf what others verify with
 */
public record SigningKey(VerifyingKey publicHalf, PrivateKey privateHalf) {

    /** Makes a new one. */
    public static SigningKey generate() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance(VerifyingKey.ALGORITHM).generateKeyPair();
            return new SigningKey(VerifyingKey.of(pair.getPublic()), pair.getPrivate());
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java runtime of version 15 or later has Ed25519", e);
        }
    }

    /** Returns the signature of some bytes. */
    public byte[] sign(byte[] bytes) {
        try {
            Signature signer = Signature.getInstance(VerifyingKey.ALGORITHM);
            signer.initSign(privateHalf);
            signer.update(bytes);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("key " + publicHalf.id() + " cannot sign", e);
        }
    }

    /** Says which key it is, and nothing that must stay secret. */
    @Override
    public String toString() {
        return "signing key " + publicHalf.id();
    }
}

package dev.latchkey.testkit;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;

/** The kinds of key that the tests use, each with the signature algorithm it signs certificates with. */
public enum KeyAlgorithm {
    /** RSA with 2048 bits, SHA-256 with PKCS #1 v1.5. Every client can do this one. */
    RSA_2048("RSA", "SHA256withRSA"),

    /** ECDSA on P-256 with SHA-256. */
    EC_P256("EC", "SHA256withECDSA"),

    /** Ed25519 (RFC 8410); browsers and NSS do not take it in certificates. */
    ED25519("Ed25519", "Ed25519");

    private final String generator;
    private final String signature;

    KeyAlgorithm(String generator, String signature) {
        this.generator = generator;
        this.signature = signature;
    }

    /** {@return a new pair of keys} */
    public KeyPair newKeyPair() {
        try {
            KeyPairGenerator keys = KeyPairGenerator.getInstance(generator);
            keys.initialize(parameters());
            return keys.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java cannot make keys of " + this, e);
        }
    }

    private AlgorithmParameterSpec parameters() {
        return switch (this) {
            case RSA_2048 -> new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4);
            case EC_P256 -> new ECGenParameterSpec("secp256r1");
            case ED25519 -> NamedParameterSpec.ED25519;
        };
    }

    /** {@return the JCA name of the signature algorithm} */
    String signature() {
        return signature;
    }

    /**
     * {@return the algorithm of these keys}
     *
     * @throws IllegalArgumentException if the keys are of another kind
     */
    static KeyAlgorithm of(KeyPair keys) {
        String algorithm = keys.getPrivate().getAlgorithm();
        return switch (algorithm) {
            case "RSA" -> RSA_2048;
            case "EC" -> EC_P256;
            case "EdDSA", "Ed25519" -> ED25519;
            default -> throw new IllegalArgumentException("Not a key this kit can sign with: " + algorithm);
        };
    }
}

package dev.latchkey.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;

/** The signature of a CertificateVerify (RFC 8446 section 4.4.3), by the three schemes that this kit has keys for. */
enum Tls13Signature {
    ECDSA_SECP256R1_SHA256(0x0403, "SHA256withECDSA"),
    RSA_PSS_RSAE_SHA256(0x0804, "RSASSA-PSS"),
    ED25519(0x0807, "Ed25519");

    private final int code;
    private final String algorithm;

    Tls13Signature(int code, String algorithm) {
        this.code = code;
        this.algorithm = algorithm;
    }

    int code() {
        return code;
    }

    private static Tls13Signature of(KeyAlgorithm key) {
        return switch (key) {
            case EC_P256 -> ECDSA_SECP256R1_SHA256;
            case RSA_2048 -> RSA_PSS_RSAE_SHA256;
            case ED25519 -> ED25519;
        };
    }

    /** {@return the body of a client's CertificateVerify} */
    static byte[] sign(HeldCertificate held, byte[] transcriptHash) throws IOException {
        Tls13Signature scheme = of(KeyAlgorithm.of(held.keys()));
        try {
            Signature signature = scheme.signature();
            signature.initSign(held.keys().getPrivate());
            signature.update(content("client", transcriptHash));
            byte[] signed = signature.sign();
            return ByteBuffer.allocate(4 + signed.length)
                    .putShort((short) scheme.code)
                    .putShort((short) signed.length)
                    .put(signed)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IOException("Cannot sign with the key of " + held, e);
        }
    }

    /** Fails unless the body of a CertificateVerify is the server's. */
    static void verify(PublicKey key, byte[] transcriptHash, ByteBuffer body) throws IOException {
        int code = body.getShort() & 0xffff;
        byte[] signed = new byte[body.getShort() & 0xffff];
        body.get(signed);
        for (Tls13Signature scheme : values()) {
            if (scheme.code == code) {
                scheme.verify(key, transcriptHash, signed);
                return;
            }
        }
        throw new IOException("The server signed by a scheme that was not offered: " + code);
    }

    private void verify(PublicKey key, byte[] transcriptHash, byte[] signed) throws IOException {
        try {
            Signature signature = signature();
            signature.initVerify(key);
            signature.update(content("server", transcriptHash));
            if (!signature.verify(signed)) {
                throw new IOException("The server's CertificateVerify is not its own");
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("The server's CertificateVerify cannot be verified", e);
        }
    }

    private Signature signature() throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm);
        if (this == RSA_PSS_RSAE_SHA256) {
            signature.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
        }
        return signature;
    }

    private static byte[] content(String who, byte[] transcriptHash) {
        byte[] head = (" ".repeat(64) + "TLS 1.3, " + who + " CertificateVerify\0").getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(head.length + transcriptHash.length)
                .put(head)
                .put(transcriptHash)
                .array();
    }
}

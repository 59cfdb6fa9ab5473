package dev.latchkey.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What protects one direction of a TLS 1.3 connection with TLS_AES_128_GCM_SHA256 (RFC 8446 sections 5.2 and 7.3).
 *
 * <p>Counts the records; for one thread at a time.
 */
final class TrafficKeys {
    static final int HASH = 32;
    private static final int KEY = 16;
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;

    private final byte[] secret;
    private final SecretKeySpec key;
    private final byte[] mask;
    private long sequence;

    TrafficKeys(byte[] secret) {
        this.secret = secret.clone();
        this.key = new SecretKeySpec(expand(secret, "key", new byte[0], KEY), "AES");
        this.mask = expand(secret, "iv", new byte[0], NONCE);
    }

    /** {@return the keys after a KeyUpdate, section 7.2} */
    TrafficKeys updated() {
        return new TrafficKeys(expand(secret, "traffic upd", new byte[0], HASH));
    }

    /** {@return the verify_data of a Finished over a transcript's hash, section 4.4.4} */
    byte[] finished(byte[] transcriptHash) {
        return hmac(expand(secret, "finished", new byte[0], HASH), transcriptHash);
    }

    /** {@return a whole record that carries this} */
    byte[] seal(int contentType, byte[] payload) throws IOException {
        byte[] inner = Arrays.copyOf(payload, payload.length + 1);
        inner[payload.length] = (byte) contentType;
        int length = inner.length + TAG_BITS / 8;
        byte[] header = {TlsRecord.APPLICATION_DATA, 3, 3, (byte) (length >> 8), (byte) length};
        byte[] sealed = crypt(Cipher.ENCRYPT_MODE, header, inner);
        return ByteBuffer.allocate(header.length + sealed.length)
                .put(header)
                .put(sealed)
                .array();
    }

    /** {@return the content of a record, and behind it its content type} */
    byte[] open(byte[] header, byte[] sealed) throws IOException {
        byte[] inner = crypt(Cipher.DECRYPT_MODE, header, sealed);
        int end = inner.length;
        while (end > 0 && inner[end - 1] == 0) {
            end--; // padding
        }
        return Arrays.copyOf(inner, end);
    }

    private byte[] crypt(int mode, byte[] header, byte[] text) throws IOException {
        byte[] nonce = mask.clone();
        for (int i = 0; i < Long.BYTES; i++) {
            nonce[NONCE - 1 - i] ^= (byte) (sequence >>> 8 * i);
        }
        sequence++;
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(header);
            return cipher.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IOException("A record that is not protected by the right keys", e);
        }
    }

    /** HKDF-Expand-Label, section 7.1; one block is enough for all that is asked here. */
    static byte[] expand(byte[] secret, String label, byte[] context, int length) {
        byte[] name = ("tls13 " + label).getBytes(StandardCharsets.US_ASCII);
        byte[] info = ByteBuffer.allocate(2 + 1 + name.length + 1 + context.length + 1)
                .putShort((short) length)
                .put((byte) name.length)
                .put(name)
                .put((byte) context.length)
                .put(context)
                .put((byte) 1)
                .array();
        return Arrays.copyOf(hmac(secret, info), length);
    }

    /** HKDF-Extract, which is an HMAC. */
    static byte[] hmac(byte[] key, byte[] data) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no HMAC with SHA-256", e);
        }
    }

    static MessageDigest newTranscript() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no SHA-256", e);
        }
    }

    /** {@return the hash so far; the transcript goes on} */
    static byte[] hash(MessageDigest transcript) {
        return copy(transcript).digest();
    }

    static MessageDigest copy(MessageDigest transcript) {
        try {
            return (MessageDigest) transcript.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("This Java's SHA-256 cannot be copied", e);
        }
    }
}

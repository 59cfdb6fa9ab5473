package dev.latchkey.openssl;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What protects one direction by AES-128-GCM and SHA-256: on TLS 1.3 as RFC 8446 sections 5.2 and 7.3 say, on TLS 1.2 as
 * RFC 5288 and RFC 5246 section 6.3. Counts the records.
 */
final class RecordKeys {
    private static final int KEY = 16;
    private static final int NONCE = 12;
    private static final int TAG = 16;
    private static final int SALT = 4;
    private static final int EXPLICIT = 8;
    private static final int HEADER = TlsRecord.HEADER_SIZE;

    private final byte[] secret;
    private final SecretKeySpec key;
    /** The mask of all nonces on 1.3, the salt before each on 1.2. */
    private final byte[] iv;

    private long sequence;

    private RecordKeys(byte[] secret, byte[] key, byte[] iv) {
        this.secret = secret;
        this.key = new SecretKeySpec(key, "AES");
        this.iv = iv;
    }

    static RecordKeys of13(byte[] secret) {
        return new RecordKeys(secret, expand13(secret, "key", KEY), expand13(secret, "iv", NONCE));
    }

    static RecordKeys of12(byte[] master, byte[] clientRandom, byte[] serverRandom, boolean client) {
        byte[] label = "key expansion".getBytes(StandardCharsets.US_ASCII);
        byte[] seed = join(label, serverRandom, clientRandom);
        byte[] block = new byte[0];
        byte[] a = seed;
        while (block.length < 2 * (KEY + SALT)) {
            a = hmac(master, a);
            block = join(block, hmac(master, join(a, seed)));
        }
        int keyAt = client ? 0 : KEY;
        int ivAt = 2 * KEY + (client ? 0 : SALT);
        return new RecordKeys(
                new byte[0],
                Arrays.copyOfRange(block, keyAt, keyAt + KEY),
                Arrays.copyOfRange(block, ivAt, ivAt + SALT));
    }

    private boolean is13() {
        return iv.length == NONCE;
    }

    /** The keys after a KeyUpdate (RFC 8446, section 7.2). */
    RecordKeys updated() {
        return of13(expand13(secret, "traffic upd", secret.length));
    }

    /** A whole record that carries this. */
    byte[] seal(int type, byte[] content) {
        if (is13()) {
            byte[] inner = join(content, new byte[] {(byte) type});
            byte[] header = header(TlsRecord.APPLICATION_DATA, inner.length + TAG);
            return join(header, crypt(Cipher.ENCRYPT_MODE, nonce13(), header, inner));
        }
        byte[] explicit = number(sequence);
        byte[] additional = join(number(sequence), header(type, content.length));
        byte[] sealed = crypt(Cipher.ENCRYPT_MODE, join(iv, explicit), additional, content);
        return join(header(type, EXPLICIT + sealed.length), explicit, sealed);
    }

    /** What a record carries, its type behind it. */
    byte[] open(byte[] record) {
        byte[] header = Arrays.copyOf(record, HEADER);
        if (is13()) {
            byte[] inner =
                    crypt(Cipher.DECRYPT_MODE, nonce13(), header, Arrays.copyOfRange(record, HEADER, record.length));
            int end = inner.length;
            while (inner[end - 1] == 0) {
                end--;
            }
            return Arrays.copyOf(inner, end);
        }
        byte[] explicit = Arrays.copyOfRange(record, HEADER, HEADER + EXPLICIT);
        byte[] sealed = Arrays.copyOfRange(record, HEADER + EXPLICIT, record.length);
        byte[] additional = join(number(sequence), header(record[0], sealed.length - TAG));
        byte[] content = crypt(Cipher.DECRYPT_MODE, join(iv, explicit), additional, sealed);
        return join(content, new byte[] {record[0]});
    }

    private byte[] nonce13() {
        byte[] nonce = iv.clone();
        byte[] number = number(sequence);
        for (int i = 0; i < Long.BYTES; i++) {
            nonce[NONCE - Long.BYTES + i] ^= number[i];
        }
        return nonce;
    }

    private byte[] crypt(int mode, byte[] nonce, byte[] additional, byte[] text) {
        sequence++;
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, key, new GCMParameterSpec(TAG * Byte.SIZE, nonce));
            cipher.updateAAD(additional);
            return cipher.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("A record that is not protected by the right keys", e);
        }
    }

    static byte[] header(int type, int length) {
        return new byte[] {(byte) type, 3, 3, (byte) (length >> 8), (byte) length};
    }

    private static byte[] number(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    private static byte[] expand13(byte[] secret, String label, int length) {
        byte[] name = ("tls13 " + label).getBytes(StandardCharsets.US_ASCII);
        byte[] info = join(new byte[] {0, (byte) length, (byte) name.length}, name, new byte[] {0, 1});
        return Arrays.copyOf(hmac(secret, info), length);
    }

    private static byte[] hmac(byte[] key, byte[] data) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] join(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer joined = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            joined.put(part);
        }
        return joined.array();
    }
}

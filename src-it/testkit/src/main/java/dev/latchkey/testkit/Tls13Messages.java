package dev.latchkey.testkit;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** Handshake messages of a TLS 1.3 client as bytes, and back (RFC 8446 section 4). Static; any thread. */
final class Tls13Messages {
    static final int CLIENT_HELLO = 1;
    static final int SERVER_HELLO = 2;
    static final int NEW_SESSION_TICKET = 4;
    static final int ENCRYPTED_EXTENSIONS = 8;
    static final int CERTIFICATE = 11;
    static final int CERTIFICATE_REQUEST = 13;
    static final int CERTIFICATE_VERIFY = 15;
    static final int FINISHED = 20;
    static final int KEY_UPDATE = 24;

    private static final int TLS_AES_128_GCM_SHA256 = 0x1301;
    private static final int SECP256R1 = 23;
    private static final int TLS13 = 0x0304;
    private static final int EXTENSION_SERVER_NAME = 0;
    private static final int EXTENSION_GROUPS = 10;
    private static final int EXTENSION_SIGNATURES = 13;
    private static final int EXTENSION_VERSIONS = 43;
    private static final int EXTENSION_AUTHORITIES = 47;
    private static final int EXTENSION_POST_HANDSHAKE_AUTH = 49;
    private static final int EXTENSION_KEY_SHARE = 51;
    private static final int COORDINATE = 32;

    /** SHA-256 of "HelloRetryRequest", section 4.1.3. */
    private static final BigInteger RETRY =
            new BigInteger("CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C", 16);

    private Tls13Messages() {}

    /** {@return a message: type, length, body} */
    static byte[] message(int type, byte[] body) {
        return join(new byte[] {(byte) type}, vector(3, body));
    }

    /** {@return a length in so many bytes, and what it is the length of} */
    static byte[] vector(int lengthBytes, byte[]... parts) {
        byte[] content = join(parts);
        ByteBuffer length = ByteBuffer.allocate(4).putInt(content.length);
        return join(Arrays.copyOfRange(length.array(), 4 - lengthBytes, 4), content);
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] number(int value) {
        return new byte[] {(byte) (value >> 8), (byte) value};
    }

    private static byte[] extension(int type, byte[]... parts) {
        return join(number(type), vector(2, parts));
    }

    /** {@return the next vector of a message} */
    static byte[] take(ByteBuffer from, int lengthBytes) {
        int length = 0;
        for (int i = 0; i < lengthBytes; i++) {
            length = length << 8 | from.get() & 0xff;
        }
        byte[] content = new byte[length];
        from.get(content);
        return content;
    }

    static byte[] clientHello(ECPublicKey share, @Nullable String serverName, boolean offersPostHandshake) {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        List<byte[]> schemes = new ArrayList<>();
        for (Tls13Signature scheme : Tls13Signature.values()) {
            schemes.add(number(scheme.code()));
        }
        schemes.add(number(0x0401)); // rsa_pkcs1_sha256, in certificates
        byte[] extensions = join(
                extension(EXTENSION_VERSIONS, vector(1, number(TLS13))),
                extension(EXTENSION_GROUPS, vector(2, number(SECP256R1))),
                extension(EXTENSION_SIGNATURES, vector(2, schemes.toArray(new byte[0][]))),
                extension(EXTENSION_KEY_SHARE, vector(2, number(SECP256R1), vector(2, point(share)))),
                serverName == null ? new byte[0] : serverName(serverName),
                offersPostHandshake ? extension(EXTENSION_POST_HANDSHAKE_AUTH) : new byte[0]);
        return message(
                CLIENT_HELLO,
                join(
                        number(0x0303),
                        random,
                        vector(1),
                        vector(2, number(TLS_AES_128_GCM_SHA256)),
                        vector(1, new byte[1]),
                        vector(2, extensions)));
    }

    private static byte[] serverName(String name) {
        byte[] host = name.getBytes(StandardCharsets.US_ASCII);
        return extension(EXTENSION_SERVER_NAME, vector(2, new byte[1], vector(2, host)));
    }

    private static byte[] point(ECPublicKey share) {
        return join(
                new byte[] {4},
                coordinate(share.getW().getAffineX()),
                coordinate(share.getW().getAffineY()));
    }

    private static byte[] coordinate(BigInteger value) {
        byte[] signed = value.toByteArray();
        byte[] fixed = new byte[COORDINATE];
        int length = Math.min(signed.length, COORDINATE);
        System.arraycopy(signed, signed.length - length, fixed, COORDINATE - length, length);
        return fixed;
    }

    /** {@return the share of the server, out of a ServerHello's body} */
    static PublicKey serverShare(ByteBuffer body) throws IOException {
        body.getShort();
        byte[] random = new byte[32];
        body.get(random);
        if (new BigInteger(1, random).equals(RETRY)) {
            throw new IOException("The server wants another group than secp256r1");
        }
        take(body, 1);
        int suite = body.getShort() & 0xffff;
        body.get();
        if (suite != TLS_AES_128_GCM_SHA256) {
            throw new IOException("The server chose no TLS 1.3, or a cipher suite that was not offered: " + suite);
        }
        for (ByteBuffer all = ByteBuffer.wrap(take(body, 2)); all.hasRemaining(); ) {
            int type = all.getShort();
            ByteBuffer extension = ByteBuffer.wrap(take(all, 2));
            if (type == EXTENSION_KEY_SHARE) {
                extension.getShort();
                return key(take(extension, 2));
            }
        }
        throw new IOException("The server sent no key share");
    }

    private static PublicKey key(byte[] point) throws IOException {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec("secp256r1"));
            ECPoint w = new ECPoint(
                    new BigInteger(1, Arrays.copyOfRange(point, 1, 1 + COORDINATE)),
                    new BigInteger(1, Arrays.copyOfRange(point, 1 + COORDINATE, 1 + 2 * COORDINATE)));
            return KeyFactory.getInstance("EC")
                    .generatePublic(new ECPublicKeySpec(w, parameters.getParameterSpec(ECParameterSpec.class)));
        } catch (GeneralSecurityException e) {
            throw new IOException("The server's key share is no point of secp256r1", e);
        }
    }

    /** {@return a client's Certificate; with no certificate, an empty one} */
    static byte[] certificate(byte[] context, @Nullable HeldCertificate held) throws IOException {
        List<byte[]> entries = new ArrayList<>();
        try {
            if (held != null) {
                for (X509Certificate each : held.chain()) {
                    entries.add(join(vector(3, each.getEncoded()), vector(2)));
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("A certificate that cannot be encoded", e);
        }
        return message(CERTIFICATE, join(vector(1, context), vector(3, entries.toArray(new byte[0][]))));
    }

    /** {@return the chain of a Certificate's body} */
    static X509Certificate[] chain(ByteBuffer body) throws IOException {
        take(body, 1);
        List<X509Certificate> chain = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (ByteBuffer list = ByteBuffer.wrap(take(body, 3)); list.hasRemaining(); take(list, 2)) {
                chain.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(take(list, 3))));
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("The server sent a certificate that cannot be read", e);
        }
        return chain.toArray(new X509Certificate[0]);
    }

    /** {@return the authorities that the extensions of a CertificateRequest name, empty for any} */
    static X500Principal[] authorities(byte[] extensions) {
        List<X500Principal> names = new ArrayList<>();
        for (ByteBuffer all = ByteBuffer.wrap(extensions); all.hasRemaining(); ) {
            int type = all.getShort();
            ByteBuffer extension = ByteBuffer.wrap(take(all, 2));
            if (type == EXTENSION_AUTHORITIES) {
                for (ByteBuffer list = ByteBuffer.wrap(take(extension, 2)); list.hasRemaining(); ) {
                    names.add(new X500Principal(take(list, 2)));
                }
            }
        }
        return names.toArray(new X500Principal[0]);
    }
}

package dev.latchkey.openssl;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Principal;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.Set;

/** Certificates that Java would never make, nor read: written byte by byte, and known by their encoding alone. */
final class OddCertificates {
    private static final byte[] ECDSA_SHA256 = {0x30, 0x0A, 6, 8, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 4, 3, 2};
    private static final byte[] COMMON_NAME = {6, 3, 0x55, 4, 3};
    private static final byte[] SUBJECT_ALT_NAME = {6, 3, 0x55, 0x1D, 0x11};

    private OddCertificates() {}

    /** Signed by itself; an empty subject, and a subjectAltName that is not critical as it must be (RFC 5280 4.2.1.6). */
    static X509Certificate withoutSubject(KeyPair keys) {
        byte[] empty = der(0x30);
        byte[] issuer = der(0x30, der(0x31, der(0x30, COMMON_NAME, der(0x0C, new byte[] {'i'}))));
        byte[] name = der(0x82, "client.test".getBytes(StandardCharsets.US_ASCII));
        byte[] extension = der(0x30, SUBJECT_ALT_NAME, der(4, der(0x30, name)));
        byte[] validity = der(0x30, time("200101000000Z"), time("491231235959Z"));
        byte[] toBeSigned = der(
                0x30,
                der(0xA0, der(2, new byte[] {2})),
                der(2, new byte[] {1}),
                ECDSA_SHA256,
                issuer,
                validity,
                empty,
                keys.getPublic().getEncoded(),
                der(0xA3, der(0x30, extension)));
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(keys.getPrivate());
            signature.update(toBeSigned);
            byte[] bits = join(new byte[] {0}, signature.sign());
            return new Encoded(der(0x30, toBeSigned, ECDSA_SHA256, der(3, bits)), keys.getPublic());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] time(String utc) {
        return der(0x17, utc.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] der(int tag, byte[]... parts) {
        byte[] content = join(parts);
        byte[] head = content.length < 128
                ? new byte[] {(byte) tag, (byte) content.length}
                : new byte[] {(byte) tag, (byte) 0x82, (byte) (content.length >> 8), (byte) content.length};
        return join(head, content);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }

    /** Knows its bytes and its key. */
    private static final class Encoded extends X509Certificate {
        private static final long serialVersionUID = 1L;

        private final byte[] der;
        private final transient PublicKey key;

        private Encoded(byte[] der, PublicKey key) {
            this.der = der;
            this.key = key;
        }

        @Override
        public byte[] getEncoded() {
            return der.clone();
        }

        @Override
        public PublicKey getPublicKey() {
            return key;
        }

        @Override
        public String toString() {
            return "Encoded[" + new ByteArrayInputStream(der).available() + " bytes]";
        }

        @Override
        public javax.security.auth.x500.X500Principal getSubjectX500Principal() {
            return new javax.security.auth.x500.X500Principal("");
        }

        @Override
        public void verify(PublicKey issuer) {}

        @Override
        public void verify(PublicKey issuer, String provider) {}

        @Override
        public void checkValidity() {}

        @Override
        public void checkValidity(Date date) {}

        @Override
        public int getVersion() {
            return 3;
        }

        @Override
        public BigInteger getSerialNumber() {
            return BigInteger.ONE;
        }

        @Override
        @SuppressWarnings("deprecation") // abstract in X509Certificate
        public Principal getIssuerDN() {
            return getSubjectX500Principal();
        }

        @Override
        @SuppressWarnings("deprecation") // abstract in X509Certificate
        public Principal getSubjectDN() {
            return getSubjectX500Principal();
        }

        @Override
        public Date getNotBefore() {
            return new Date(0);
        }

        @Override
        public Date getNotAfter() {
            return new Date(Long.MAX_VALUE);
        }

        @Override
        public byte[] getTBSCertificate() {
            return new byte[0];
        }

        @Override
        public byte[] getSignature() {
            return new byte[0];
        }

        @Override
        public String getSigAlgName() {
            return "SHA256withECDSA";
        }

        @Override
        public String getSigAlgOID() {
            return "1.2.840.10045.4.3.2";
        }

        @Override
        public byte[] getSigAlgParams() {
            return new byte[0];
        }

        @Override
        public boolean[] getIssuerUniqueID() {
            return new boolean[0];
        }

        @Override
        public boolean[] getSubjectUniqueID() {
            return new boolean[0];
        }

        @Override
        public boolean[] getKeyUsage() {
            return new boolean[0];
        }

        @Override
        public int getBasicConstraints() {
            return -1;
        }

        @Override
        public boolean hasUnsupportedCriticalExtension() {
            return false;
        }

        @Override
        public Set<String> getCriticalExtensionOIDs() {
            return Set.of();
        }

        @Override
        public Set<String> getNonCriticalExtensionOIDs() {
            return Set.of();
        }

        @Override
        public byte[] getExtensionValue(String oid) {
            return new byte[0];
        }
    }
}

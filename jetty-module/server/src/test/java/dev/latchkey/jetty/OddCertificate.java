package dev.latchkey.jetty;

import java.math.BigInteger;
import java.security.Principal;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** A certificate with a subject and alternative names as odd as a test likes, and nothing else. */
final class OddCertificate extends X509Certificate {
    private static final long serialVersionUID = 1L;

    private final transient X500Principal subject;
    private final byte @Nullable [] alternativeNames;

    private OddCertificate(X500Principal subject, byte @Nullable [] alternativeNames) {
        this.subject = subject;
        this.alternativeNames = alternativeNames;
    }

    static OddCertificate withSubject(byte[] encoded) {
        return new OddCertificate(new X500Principal(encoded), null);
    }

    static OddCertificate withAlternativeNames(byte[] extensionValue) {
        return new OddCertificate(new X500Principal("CN=odd"), extensionValue);
    }

    private static UnsupportedOperationException nothing() {
        return new UnsupportedOperationException();
    }

    @Override
    public X500Principal getSubjectX500Principal() {
        return subject;
    }

    @Override
    public byte @Nullable [] getExtensionValue(String oid) {
        return oid.equals("2.5.29.17") && alternativeNames != null ? alternativeNames.clone() : null;
    }

    @Override
    public void checkValidity() {
        throw nothing();
    }

    @Override
    public void checkValidity(Date date) {
        throw nothing();
    }

    @Override
    public int getVersion() {
        throw nothing();
    }

    @Override
    public BigInteger getSerialNumber() {
        throw nothing();
    }

    @Override
    @Deprecated
    public Principal getIssuerDN() {
        throw nothing();
    }

    @Override
    @Deprecated
    public Principal getSubjectDN() {
        throw nothing();
    }

    @Override
    public Date getNotBefore() {
        throw nothing();
    }

    @Override
    public Date getNotAfter() {
        throw nothing();
    }

    @Override
    public byte[] getTBSCertificate() {
        throw nothing();
    }

    @Override
    public byte[] getSignature() {
        throw nothing();
    }

    @Override
    public String getSigAlgName() {
        throw nothing();
    }

    @Override
    public String getSigAlgOID() {
        throw nothing();
    }

    @Override
    public byte @Nullable [] getSigAlgParams() {
        throw nothing();
    }

    @Override
    public boolean @Nullable [] getIssuerUniqueID() {
        throw nothing();
    }

    @Override
    public boolean @Nullable [] getSubjectUniqueID() {
        throw nothing();
    }

    @Override
    public boolean @Nullable [] getKeyUsage() {
        throw nothing();
    }

    @Override
    public int getBasicConstraints() {
        throw nothing();
    }

    @Override
    public byte[] getEncoded() {
        return subject.getEncoded();
    }

    @Override
    public void verify(PublicKey key) {
        throw nothing();
    }

    @Override
    public void verify(PublicKey key, String provider) {
        throw nothing();
    }

    @Override
    public String toString() {
        return subject.toString();
    }

    @Override
    public PublicKey getPublicKey() {
        throw nothing();
    }

    @Override
    public boolean hasUnsupportedCriticalExtension() {
        throw nothing();
    }

    @Override
    public @Nullable Set<String> getCriticalExtensionOIDs() {
        return null;
    }

    @Override
    public @Nullable Set<String> getNonCriticalExtensionOIDs() {
        return null;
    }
}

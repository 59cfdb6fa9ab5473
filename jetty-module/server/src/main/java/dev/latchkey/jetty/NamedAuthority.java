package dev.latchkey.jetty;

import java.math.BigInteger;
import java.security.Principal;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * A certification authority of which only the name is known.
 *
 * <p>JSSE takes the names for a CertificateRequest from certificates; this is one that has a name and nothing else, and
 * that is never trusted: it fails each check. Immutable.
 */
@SuppressWarnings("serial") // never serialised: it lives for one CertificateRequest
final class NamedAuthority extends X509Certificate {
    private final X500Principal name;

    NamedAuthority(X500Principal name) {
        this.name = name;
    }

    private static UnsupportedOperationException onlyName() {
        return new UnsupportedOperationException("an authority of which only the name is known");
    }

    @Override
    public X500Principal getSubjectX500Principal() {
        return name;
    }

    @Override
    @Deprecated
    public Principal getSubjectDN() {
        return name;
    }

    @Override
    public X500Principal getIssuerX500Principal() {
        return name;
    }

    @Override
    @Deprecated
    public Principal getIssuerDN() {
        return name;
    }

    @Override
    public void checkValidity() {
        throw onlyName();
    }

    @Override
    public void checkValidity(Date date) {
        throw onlyName();
    }

    @Override
    public int getVersion() {
        return 3;
    }

    @Override
    public BigInteger getSerialNumber() {
        throw onlyName();
    }

    @Override
    public Date getNotBefore() {
        throw onlyName();
    }

    @Override
    public Date getNotAfter() {
        throw onlyName();
    }

    @Override
    public byte[] getTBSCertificate() {
        throw onlyName();
    }

    @Override
    public byte[] getSignature() {
        throw onlyName();
    }

    @Override
    public String getSigAlgName() {
        throw onlyName();
    }

    @Override
    public String getSigAlgOID() {
        throw onlyName();
    }

    @Override
    public byte[] getSigAlgParams() {
        throw onlyName();
    }

    @Override
    public boolean @Nullable [] getIssuerUniqueID() {
        return null;
    }

    @Override
    public boolean @Nullable [] getSubjectUniqueID() {
        return null;
    }

    @Override
    public boolean @Nullable [] getKeyUsage() {
        return null;
    }

    @Override
    public int getBasicConstraints() {
        return -1;
    }

    @Override
    public byte[] getEncoded() {
        throw onlyName();
    }

    @Override
    public void verify(PublicKey key) {
        throw onlyName();
    }

    @Override
    public void verify(PublicKey key, String provider) {
        throw onlyName();
    }

    @Override
    public PublicKey getPublicKey() {
        throw onlyName();
    }

    @Override
    public boolean hasUnsupportedCriticalExtension() {
        return true;
    }

    @Override
    public @Nullable Set<String> getCriticalExtensionOIDs() {
        return null;
    }

    @Override
    public @Nullable Set<String> getNonCriticalExtensionOIDs() {
        return null;
    }

    @Override
    public byte @Nullable [] getExtensionValue(String oid) {
        return null;
    }

    /** By name: the certificate has no encoding to compare. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof NamedAuthority authority && authority.name.equals(name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return "NamedAuthority";
    }
}

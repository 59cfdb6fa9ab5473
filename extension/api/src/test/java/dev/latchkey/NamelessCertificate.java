package dev.latchkey;

import java.math.BigInteger;
import java.security.Principal;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.Set;

/** A certificate that nobody looks into. */
final class NamelessCertificate extends X509Certificate {
    private static UnsupportedOperationException nobodyLooks() {
        return new UnsupportedOperationException();
    }

    @Override
    public void checkValidity() {
        throw nobodyLooks();
    }

    @Override
    public void checkValidity(Date date) {
        throw nobodyLooks();
    }

    @Override
    public int getVersion() {
        throw nobodyLooks();
    }

    @Override
    public BigInteger getSerialNumber() {
        throw nobodyLooks();
    }

    @Override
    @Deprecated
    public Principal getIssuerDN() {
        throw nobodyLooks();
    }

    @Override
    @Deprecated
    public Principal getSubjectDN() {
        throw nobodyLooks();
    }

    @Override
    public Date getNotBefore() {
        throw nobodyLooks();
    }

    @Override
    public Date getNotAfter() {
        throw nobodyLooks();
    }

    @Override
    public byte[] getTBSCertificate() {
        throw nobodyLooks();
    }

    @Override
    public byte[] getSignature() {
        throw nobodyLooks();
    }

    @Override
    public String getSigAlgName() {
        throw nobodyLooks();
    }

    @Override
    public String getSigAlgOID() {
        throw nobodyLooks();
    }

    @Override
    public byte[] getSigAlgParams() {
        throw nobodyLooks();
    }

    @Override
    public boolean[] getIssuerUniqueID() {
        throw nobodyLooks();
    }

    @Override
    public boolean[] getSubjectUniqueID() {
        throw nobodyLooks();
    }

    @Override
    public boolean[] getKeyUsage() {
        throw nobodyLooks();
    }

    @Override
    public int getBasicConstraints() {
        throw nobodyLooks();
    }

    @Override
    public byte[] getEncoded() {
        throw nobodyLooks();
    }

    @Override
    public void verify(PublicKey key) {
        throw nobodyLooks();
    }

    @Override
    public void verify(PublicKey key, String provider) {
        throw nobodyLooks();
    }

    @Override
    public String toString() {
        return "NamelessCertificate";
    }

    @Override
    public PublicKey getPublicKey() {
        throw nobodyLooks();
    }

    @Override
    public boolean hasUnsupportedCriticalExtension() {
        throw nobodyLooks();
    }

    @Override
    public Set<String> getCriticalExtensionOIDs() {
        throw nobodyLooks();
    }

    @Override
    public Set<String> getNonCriticalExtensionOIDs() {
        throw nobodyLooks();
    }

    @Override
    public byte[] getExtensionValue(String oid) {
        throw nobodyLooks();
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}

package dev.latchkey.testkit;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CRLException;
import java.security.cert.X509CRL;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.Set;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority's signed list of what it revoked (a CRL, RFC 5280 section 5). Immutable. */
public final class RevocationList {
    private final X509CRL crl;

    private RevocationList(X509CRL crl) {
        this.crl = crl;
    }

    /** {@return the list, as the JDK's own class} */
    public X509CRL crl() {
        return crl;
    }

    /** {@return the list in PEM} */
    public String pem() {
        try {
            return Pem.encode("X509 CRL", crl.getEncoded());
        } catch (CRLException e) {
            throw new IllegalStateException("The list has no encoding", e);
        }
    }

    /**
     * Writes the list in PEM, as Jetty's {@code crlPath} takes it.
     *
     * @param file where; replaced if it exists
     * @return the file
     * @throws IOException if it cannot be written
     */
    public Path write(Path file) throws IOException {
        return Files.writeString(file, pem());
    }

    /** Collects what is revoked. One thread at a time. */
    public static final class Builder {
        private final HeldCertificate authority;
        private final Set<BigInteger> serials = new LinkedHashSet<>();
        private Instant thisUpdate = Instant.now().minus(Duration.ofHours(1));
        private Instant nextUpdate = Instant.now().plus(Duration.ofDays(30));

        Builder(HeldCertificate authority) {
            this.authority = authority;
        }

        /**
         * Revokes a certificate of this authority.
         *
         * @return this
         */
        public Builder revoke(HeldCertificate issued) {
            if (!issued.certificate()
                    .getIssuerX500Principal()
                    .equals(authority.certificate().getSubjectX500Principal())) {
                throw new IllegalArgumentException(issued + " was not issued by " + authority);
            }
            return revoke(issued.certificate().getSerialNumber());
        }

        /**
         * Revokes a serial number.
         *
         * @return this
         */
        public Builder revoke(BigInteger serial) {
            serials.add(serial);
            return this;
        }

        /**
         * Sets when the list was made and when it is stale.
         *
         * @return this
         */
        public Builder valid(Instant from, Instant until) {
            thisUpdate = from;
            nextUpdate = until;
            return this;
        }

        /** {@return the signed list} */
        public RevocationList make() {
            X509v2CRLBuilder builder = new X509v2CRLBuilder(
                    CertificateBuilder.name(authority.certificate().getSubjectX500Principal()), Date.from(thisUpdate));
            builder.setNextUpdate(Date.from(nextUpdate));
            for (BigInteger serial : serials) {
                builder.addCRLEntry(serial, Date.from(thisUpdate), CRLReason.keyCompromise);
            }
            try {
                builder.addExtension(
                        Extension.authorityKeyIdentifier,
                        false,
                        new JcaX509ExtensionUtils()
                                .createAuthorityKeyIdentifier(authority.keys().getPublic()));
                builder.addExtension(Extension.cRLNumber, false, new CRLNumber(BigInteger.ONE));
                var signer = new JcaContentSignerBuilder(
                                KeyAlgorithm.of(authority.keys()).signature())
                        .build(authority.keys().getPrivate());
                return new RevocationList(new JcaX509CRLConverter().getCRL(builder.build(signer)));
            } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
                throw new IllegalStateException("The list of " + authority + " could not be made", e);
            }
        }
    }
}

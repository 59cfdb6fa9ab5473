package dev.latchkey.testkit;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Describes a certificate and makes it, with the extensions that real clients insist on (RFC 5280 section 4.2).
 *
 * <p>Without more: RSA-2048, a random serial number, valid from a day ago for a year, and no purpose. Say
 * {@link #authority()}, {@link #server} or {@link #client()}. One thread at a time; {@link #make()} may be called again
 * and gives another certificate, with other keys unless {@link #keys} were given.
 */
public final class CertificateBuilder {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int ANY_PATH_LENGTH = -1;
    private static final int USUAL = -1;

    private final @Nullable HeldCertificate issuer;
    private final List<GeneralName> names = new ArrayList<>();
    private final List<KeyPurposeId> purposes = new ArrayList<>();
    private X500Principal subject = new X500Principal("CN=nobody");
    private KeyAlgorithm algorithm = KeyAlgorithm.RSA_2048;
    private @Nullable KeyPair keys;
    private @Nullable BigInteger serial;
    private Instant notBefore = Instant.now().minus(Duration.ofDays(1));
    private Instant notAfter = Instant.now().plus(Duration.ofDays(365));
    private boolean authority;
    private int pathLength = ANY_PATH_LENGTH;
    private @Nullable X500Principal issuerName;
    private @Nullable KeyPair signing;
    private @Nullable String signature;
    private int usage = USUAL;
    private final List<Extension> more = new ArrayList<>();

    CertificateBuilder(@Nullable HeldCertificate issuer) {
        this.issuer = issuer;
    }

    CertificateBuilder commonName(String commonName) {
        return subject("CN=" + commonName);
    }

    /**
     * Sets the whole name.
     *
     * @param rfc2253 such as {@code CN=alice,O=Example}
     * @return this
     */
    public CertificateBuilder subject(String rfc2253) {
        subject = new X500Principal(rfc2253);
        return this;
    }

    /**
     * Makes it a CA with any number of CAs below it.
     *
     * @return this
     */
    public CertificateBuilder authority() {
        return authority(ANY_PATH_LENGTH);
    }

    /**
     * Makes it a CA.
     *
     * @param maxBelow how many intermediates may follow; 0 means that it issues leaves only
     * @return this
     */
    public CertificateBuilder authority(int maxBelow) {
        authority = true;
        pathLength = maxBelow;
        return this;
    }

    /**
     * Makes it a server's leaf.
     *
     * @param hosts DNS names and IP literals, which become its subjectAltName; clients look nowhere else (RFC 9525)
     * @return this
     */
    public CertificateBuilder server(String... hosts) {
        purposes.add(KeyPurposeId.id_kp_serverAuth);
        for (String host : hosts) {
            boolean literal = host.indexOf(':') >= 0 || host.matches("[0-9.]+");
            names.add(new GeneralName(literal ? GeneralName.iPAddress : GeneralName.dNSName, host));
        }
        return this;
    }

    /**
     * Makes it a client's leaf.
     *
     * @return this
     */
    public CertificateBuilder client() {
        purposes.add(KeyPurposeId.id_kp_clientAuth);
        return this;
    }

    /**
     * Adds an e-mail address to the subjectAltName.
     *
     * @return this
     */
    public CertificateBuilder email(String address) {
        names.add(new GeneralName(GeneralName.rfc822Name, address));
        return this;
    }

    /**
     * Adds a user principal name, as Microsoft has it, to the subjectAltName.
     *
     * @return this
     */
    public CertificateBuilder upn(String name) {
        ASN1Encodable[] otherName = {
            new ASN1ObjectIdentifier("1.3.6.1.4.1.311.20.2.3"), new DERTaggedObject(true, 0, new DERUTF8String(name))
        };
        names.add(new GeneralName(GeneralName.otherName, new DERSequence(otherName)));
        return this;
    }

    /**
     * Makes new keys of this kind.
     *
     * @return this
     */
    public CertificateBuilder key(KeyAlgorithm kind) {
        algorithm = kind;
        keys = null;
        return this;
    }

    /**
     * Uses these keys instead of new ones.
     *
     * @return this
     */
    public CertificateBuilder keys(KeyPair existing) {
        keys = existing;
        return this;
    }

    /**
     * Has it signed by another algorithm than usual, also one that nobody should use any more.
     *
     * @param algorithmName such as {@code SHA1withRSA}
     * @return this
     */
    public CertificateBuilder signature(String algorithmName) {
        signature = algorithmName;
        return this;
    }

    /**
     * Sets the serial number, positive.
     *
     * @return this
     */
    public CertificateBuilder serial(BigInteger number) {
        if (number.signum() <= 0) {
            throw new IllegalArgumentException("A serial number is positive (RFC 5280 section 4.1.2.2): " + number);
        }
        serial = number;
        return this;
    }

    /**
     * Sets both ends of the validity, which certificates keep to the second.
     *
     * @return this
     */
    public CertificateBuilder valid(Instant from, Instant until) {
        notBefore = from;
        notAfter = until;
        return this;
    }

    /**
     * Lets it expire a given time from now.
     *
     * @param fromNow negative for one that has expired already
     * @return this
     */
    public CertificateBuilder validFor(Duration fromNow) {
        Instant end = Instant.now().plus(fromNow);
        return valid(end.minus(Duration.ofDays(30)), end);
    }

    /**
     * Lets it become valid only after this time from now.
     *
     * @return this
     */
    public CertificateBuilder notYetValid(Duration fromNow) {
        Instant start = Instant.now().plus(fromNow);
        return valid(start, start.plus(Duration.ofDays(30)));
    }

    /**
     * Names another issuer than the one that signs.
     *
     * @return this
     */
    public CertificateBuilder issuerName(X500Principal name) {
        issuerName = name;
        return this;
    }

    /**
     * Signs with other keys than the issuer's, which makes it a forgery.
     *
     * @return this
     */
    public CertificateBuilder signedBy(KeyPair other) {
        signing = other;
        return this;
    }

    /**
     * Sets the key usage, in place of what is usual for such a certificate.
     *
     * @param bits of {@link KeyUsage}
     * @return this
     */
    public CertificateBuilder usage(int bits) {
        usage = bits;
        return this;
    }

    /**
     * Adds a purpose, client or server authentication or another.
     *
     * @return this
     */
    public CertificateBuilder purpose(KeyPurposeId purpose) {
        purposes.add(purpose);
        return this;
    }

    /**
     * Adds an extension.
     *
     * @return this
     */
    public CertificateBuilder extension(String oid, boolean critical, ASN1Encodable value) {
        try {
            more.add(new Extension(
                    new ASN1ObjectIdentifier(oid),
                    critical,
                    value.toASN1Primitive().getEncoded()));
        } catch (IOException e) {
            throw new IllegalStateException("The extension " + oid + " has no encoding", e);
        }
        return this;
    }

    /** {@return the certificate, signed by its issuer, or by itself} */
    public HeldCertificate make() {
        KeyPair own = keys != null ? keys : algorithm.newKeyPair();
        KeyPair signer = signing != null ? signing : issuer != null ? issuer.keys() : own;
        X500Principal by = issuer != null ? issuer.certificate().getSubjectX500Principal() : subject;
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                issuerName != null ? issuerName : by,
                serial != null ? serial : newSerial(),
                Date.from(notBefore),
                Date.from(notAfter),
                subject,
                own.getPublic());
        try {
            addExtensions(builder, own, signer);
            String algorithmOfSignature =
                    signature != null ? signature : KeyAlgorithm.of(signer).signature();
            var content = new JcaContentSignerBuilder(algorithmOfSignature).build(signer.getPrivate());
            X509Certificate certificate = new JcaX509CertificateConverter().getCertificate(builder.build(content));
            return new HeldCertificate(certificate, own, issuer);
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("The certificate for " + subject + " could not be made", e);
        }
    }

    private void addExtensions(X509v3CertificateBuilder builder, KeyPair own, KeyPair signing)
            throws IOException, GeneralSecurityException {
        JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
        builder.addExtension(Extension.basicConstraints, true, constraints());
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage(own)));
        builder.addExtension(
                Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(own.getPublic()));
        builder.addExtension(
                Extension.authorityKeyIdentifier, false, identifiers.createAuthorityKeyIdentifier(signing.getPublic()));
        if (!purposes.isEmpty()) {
            builder.addExtension(
                    Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes.toArray(new KeyPurposeId[0])));
        }
        if (!names.isEmpty()) {
            builder.addExtension(
                    Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(new GeneralName[0])));
        }
        for (Extension extension : more) {
            builder.addExtension(extension);
        }
    }

    private BasicConstraints constraints() {
        return authority && pathLength != ANY_PATH_LENGTH
                ? new BasicConstraints(pathLength)
                : new BasicConstraints(authority);
    }

    private int usage(KeyPair own) {
        if (usage != USUAL) {
            return usage;
        }
        if (authority) {
            return KeyUsage.keyCertSign | KeyUsage.cRLSign;
        }
        // Key transport, as in TLS_RSA_*, exists for RSA only (RFC 5246 section 7.4.2).
        boolean rsa = KeyAlgorithm.of(own) == KeyAlgorithm.RSA_2048;
        return KeyUsage.digitalSignature | (rsa ? KeyUsage.keyEncipherment : 0);
    }

    private static BigInteger newSerial() {
        // 126 random bits under a one: positive, never short, well under the 20 octets of RFC 5280.
        return new BigInteger(126, RANDOM).setBit(126);
    }

    /** {@return the name in Bouncy Castle's form, with the same bytes as the JDK's} */
    static X500Name name(X500Principal principal) {
        return X500Name.getInstance(principal.getEncoded());
    }
}

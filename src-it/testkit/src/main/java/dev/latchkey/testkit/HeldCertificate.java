package dev.latchkey.testkit;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A certificate together with its private key and the authority that issued it.
 *
 * <pre>{@code
 * HeldCertificate root = HeldCertificate.authority("Test CA");
 * HeldCertificate intermediate = root.issue("Test CA 2").authority(0).make();
 * HeldCertificate server = intermediate.issue("localhost").server("localhost", "127.0.0.1").make();
 * HeldCertificate late = root.issue("late").client().validFor(Duration.ofSeconds(-60)).make();
 * }</pre>
 *
 * <p>Immutable; any thread may use it.
 */
public final class HeldCertificate {
    private final X509Certificate certificate;
    private final KeyPair keys;
    private final @Nullable HeldCertificate issuer;
    private final @Nullable List<X509Certificate> sent;

    HeldCertificate(X509Certificate certificate, KeyPair keys, @Nullable HeldCertificate issuer) {
        this(certificate, keys, issuer, null);
    }

    private HeldCertificate(
            X509Certificate certificate,
            KeyPair keys,
            @Nullable HeldCertificate issuer,
            @Nullable List<X509Certificate> sent) {
        this.certificate = certificate;
        this.keys = keys;
        this.issuer = issuer;
        this.sent = sent;
    }

    /** {@return the same, which sends these certificates behind its own, in this order, whatever they are} */
    public HeldCertificate sending(HeldCertificate... behind) {
        List<X509Certificate> chain = new ArrayList<>(List.of(certificate));
        for (HeldCertificate each : behind) {
            chain.add(each.certificate);
        }
        return new HeldCertificate(certificate, keys, issuer, List.copyOf(chain));
    }

    /** {@return a new self-signed root, RSA-2048, that may have intermediates below it} */
    public static HeldCertificate authority(String commonName) {
        return selfSigned(commonName).authority().make();
    }

    /** {@return a builder for a certificate that signs itself; without more it is neither a CA nor a TLS leaf} */
    public static CertificateBuilder selfSigned(String commonName) {
        return new CertificateBuilder(null).commonName(commonName);
    }

    /**
     * Makes many roots quickly: they differ in name and serial number and share one EC key. For lists of authorities
     * that are large, not for issuing.
     *
     * @param count how many
     * @param namePrefix what each name begins with; a number of five digits follows
     * @return the roots, in the order of their numbers
     */
    public static List<HeldCertificate> authorities(int count, String namePrefix) {
        KeyPair shared = KeyAlgorithm.EC_P256.newKeyPair();
        return IntStream.range(0, count)
                .mapToObj(i -> selfSigned("%s%05d".formatted(namePrefix, i))
                        .authority()
                        .keys(shared)
                        .serial(BigInteger.valueOf(i + 1L))
                        .make())
                .toList();
    }

    /**
     * Reads back what {@link #chainPem()} and {@link #keyPem()} wrote; the issuer is not known then.
     *
     * @param certificatePem a file whose first certificate is the leaf
     * @param keyPem the leaf's key, PKCS #8
     * @return the leaf with its key
     * @throws IOException if a file cannot be read
     * @throws GeneralSecurityException if a file does not hold what it should, or the key is another certificate's
     */
    public static HeldCertificate read(Path certificatePem, Path keyPem) throws IOException, GeneralSecurityException {
        X509Certificate certificate = Pem.readCertificate(certificatePem);
        KeyPair keys = new KeyPair(
                certificate.getPublicKey(),
                Pem.readKey(keyPem, certificate.getPublicKey().getAlgorithm()));
        String algorithm = KeyAlgorithm.of(keys).signature();
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(keys.getPrivate());
        byte[] proof = signature.sign();
        signature.initVerify(keys.getPublic());
        if (!signature.verify(proof)) {
            throw new GeneralSecurityException(keyPem + " is not the key of " + certificatePem);
        }
        return new HeldCertificate(certificate, keys, null);
    }

    /** {@return a builder for a certificate that this authority issues} */
    public CertificateBuilder issue(String commonName) {
        return new CertificateBuilder(this).commonName(commonName);
    }

    /** {@return a builder for this authority's list of revoked certificates} */
    public RevocationList.Builder revocationList() {
        return new RevocationList.Builder(this);
    }

    /** {@return the certificate, as the JDK's own class} */
    public X509Certificate certificate() {
        return certificate;
    }

    /** {@return the certificate's pair of keys} */
    public KeyPair keys() {
        return keys;
    }

    /** {@return what issued this one; empty if it signed itself} */
    public Stream<HeldCertificate> issuer() {
        return Stream.ofNullable(issuer);
    }

    /** {@return the certificate, then its intermediates without the root; or what it was told to send} */
    public List<X509Certificate> chain() {
        if (sent != null) {
            return sent;
        }
        List<X509Certificate> chain = new ArrayList<>();
        chain.add(certificate);
        for (HeldCertificate next = issuer; next != null && next.issuer != null; next = next.issuer) {
            chain.add(next.certificate);
        }
        return List.copyOf(chain);
    }

    /** {@return the root at the end of the chain; this one if it signed itself} */
    public HeldCertificate root() {
        HeldCertificate last = this;
        while (last.issuer != null) {
            last = last.issuer;
        }
        return last;
    }

    /** {@return the subject as RFC 2253 writes it, such as {@code CN=alice}} */
    public String subject() {
        return certificate.getSubjectX500Principal().getName();
    }

    /** {@return {@link #chain()} in PEM, the leaf first} */
    public String chainPem() {
        return Pem.certificates(chain());
    }

    /** {@return the private key in PEM, PKCS #8, not encrypted} */
    public String keyPem() {
        return Pem.encode("PRIVATE KEY", keys.getPrivate().getEncoded());
    }

    /** {@return the subject; never a key} */
    @Override
    public String toString() {
        return "HeldCertificate[" + subject() + "]";
    }
}

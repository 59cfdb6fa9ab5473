package dev.latchkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HeldCertificateTest {
    private static final HeldCertificate ROOT = HeldCertificate.authority("Test root");

    @TempDir
    Path dir;

    @ParameterizedTest
    @EnumSource
    void chainOfEachKeyKindValidates(KeyAlgorithm algorithm) throws Exception {
        HeldCertificate root =
                HeldCertificate.selfSigned("root").authority().key(algorithm).make();
        HeldCertificate intermediate =
                root.issue("intermediate").authority(0).key(algorithm).make();
        HeldCertificate leaf =
                intermediate.issue("leaf").client().key(algorithm).make();

        assertThat(leaf.chain()).containsExactly(leaf.certificate(), intermediate.certificate());
        assertThat(leaf.root()).isSameAs(root);
        validate(root, leaf.chain());
        assertThat(intermediate.certificate().getBasicConstraints()).isZero();
        assertThat(root.certificate().getBasicConstraints()).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void leavesOfAnotherRootDoNotValidate() {
        HeldCertificate other = HeldCertificate.authority("Test root");
        assertThatThrownBy(
                        () -> validate(ROOT, other.issue("leaf").client().make().chain()))
                .isInstanceOf(CertPathValidatorException.class);
    }

    @Test
    void serverLeafHasTheNamesAndPurposesThatClientsWant() throws Exception {
        X509Certificate leaf = ROOT.issue("localhost")
                .server("localhost", "127.0.0.1", "::1")
                .make()
                .certificate();

        assertThat(leaf.getSubjectAlternativeNames())
                .containsExactlyInAnyOrder(
                        List.of(2, "localhost"), List.of(7, "127.0.0.1"), List.of(7, "0:0:0:0:0:0:0:1"));
        assertThat(leaf.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(leaf.getKeyUsage()).startsWith(true, false, true, false, false, false, false);
        assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
        assertThat(leaf.getNonCriticalExtensionOIDs()).contains("2.5.29.14", "2.5.29.35");
    }

    @Test
    void clientLeafMayAuthenticateClientsOnly() throws Exception {
        X509Certificate leaf =
                ROOT.issue("alice").client().key(KeyAlgorithm.EC_P256).make().certificate();

        assertThat(leaf.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
        assertThat(leaf.getKeyUsage()).startsWith(true, false, false, false, false, false, false);
    }

    @Test
    void expiredAndNotYetValidAreRefusedForThatReason() {
        assertThatThrownBy(() -> validate(
                        ROOT,
                        ROOT.issue("late")
                                .client()
                                .validFor(Duration.ofSeconds(-2))
                                .make()
                                .chain()))
                .isInstanceOfSatisfying(CertPathValidatorException.class, e -> assertThat(e.getReason())
                        .isEqualTo(BasicReason.EXPIRED));
        assertThatThrownBy(() -> validate(
                        ROOT,
                        ROOT.issue("early")
                                .client()
                                .notYetValid(Duration.ofHours(1))
                                .make()
                                .chain()))
                .isInstanceOfSatisfying(CertPathValidatorException.class, e -> assertThat(e.getReason())
                        .isEqualTo(BasicReason.NOT_YET_VALID));
    }

    @Test
    void revokedCertificatesAreRefusedAndOthersAreNot() throws Exception {
        HeldCertificate good = ROOT.issue("good").client().make();
        HeldCertificate bad =
                ROOT.issue("bad").client().serial(BigInteger.valueOf(77)).make();
        Path file = ROOT.revocationList().revoke(bad).make().write(dir.resolve("crl.pem"));
        X509CRL crl;
        try (var in = Files.newInputStream(file)) {
            crl = (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(in);
        }

        validate(ROOT, good.chain(), crl);
        assertThatThrownBy(() -> validate(ROOT, bad.chain(), crl))
                .isInstanceOfSatisfying(CertPathValidatorException.class, e -> assertThat(e.getReason())
                        .isEqualTo(BasicReason.REVOKED));
        HeldCertificate foreign = HeldCertificate.authority("x").issue("y").make();
        assertThatThrownBy(() -> ROOT.revocationList().revoke(foreign)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void pemReadsBackAndAnotherKeyIsRefused() throws Exception {
        HeldCertificate alice = ROOT.issue("alice").client().make();
        Path pem = Files.writeString(dir.resolve("alice.pem"), alice.chainPem());
        Path key = Files.writeString(dir.resolve("alice.key"), alice.keyPem());
        Path otherKey = Files.writeString(dir.resolve("root.key"), ROOT.keyPem());

        assertThat(HeldCertificate.read(pem, key).certificate()).isEqualTo(alice.certificate());
        assertThatThrownBy(() -> HeldCertificate.read(pem, otherKey))
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessageContaining("is not the key of");
        assertThat(Stream.of(alice.chainPem(), alice.keyPem()).flatMap(String::lines))
                .allMatch(line -> line.length() <= 64);
    }

    @Test
    void hundredsOfAuthoritiesDifferInName() {
        List<HeldCertificate> many = HeldCertificate.authorities(300, "Test CA number ");

        assertThat(many)
                .extracting(HeldCertificate::subject)
                .doesNotHaveDuplicates()
                .hasSize(300);
        assertThat(many.get(299).subject()).isEqualTo("CN=Test CA number 00299");
    }

    private static void validate(HeldCertificate root, List<X509Certificate> chain, X509CRL... crls)
            throws GeneralSecurityException {
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root.certificate(), null)));
        parameters.setRevocationEnabled(crls.length > 0);
        parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(List.of(crls))));
        CertPathValidator.getInstance("PKIX")
                .validate(CertificateFactory.getInstance("X.509").generateCertPath(chain), parameters);
    }
}

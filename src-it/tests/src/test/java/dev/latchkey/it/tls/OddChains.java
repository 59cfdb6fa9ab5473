package dev.latchkey.it.tls;

import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.CertificateBuilder;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.KeyAlgorithm;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.CertificatePolicies;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.PolicyInformation;

/**
 * Chains as odd as clients send them, by name, and the authorities of the server that they are sent to. Made once, with
 * EC keys. Immutable.
 */
final class OddChains {
    private static final Duration GONE = Duration.ofDays(-1);
    private static final String UNKNOWN = "1.3.6.1.4.1.55555.1";
    private static final String NAME_CONSTRAINTS = "2.5.29.30";
    private static final String POLICY_CONSTRAINTS = "2.5.29.36";
    private static final String POLICIES = "2.5.29.32";

    /** Trusted: two roots of different owners, and an intermediate of a root that is not trusted. */
    static final HeldCertificate ROOT = root("CN=Lab Root,O=Lab");

    static final HeldCertificate OTHER_ROOT = root("CN=Other Agency,O=Lab");
    private static final HeldCertificate STRANGE_ROOT = root("CN=Strange Root");
    static final HeldCertificate TRUSTED_INTERMEDIATE =
            authority(STRANGE_ROOT, "CN=Trusted Intermediate").make();

    /** One authority, with four certificates: of each trusted root, one that has expired, and of a stranger. */
    static final HeldCertificate ISSUING =
            authority(ROOT, "CN=Lab Issuing,O=Lab").make();

    static final HeldCertificate ISSUING_BY_OTHER = again(OTHER_ROOT, ISSUING).make();
    private static final HeldCertificate ISSUING_EXPIRED =
            again(ROOT, ISSUING).validFor(GONE).make();
    private static final HeldCertificate ISSUING_BY_STRANGER =
            again(STRANGE_ROOT, ISSUING).make();

    static final HeldCertificate LEAF = leaf(ISSUING).make();
    private static final HeldCertificate STRANGER = leaf(STRANGE_ROOT).make();
    private static final HeldCertificate LATE_STRANGER =
            leaf(STRANGE_ROOT).validFor(GONE).make();
    /** The trusted root's own key, signed by an old root that is over. */
    private static final HeldCertificate CROSS_EXPIRED =
            again(root("CN=Old Root"), ROOT).validFor(GONE).make();

    private OddChains() {}

    private static HeldCertificate root(String name) {
        return HeldCertificate.selfSigned("x")
                .subject(name)
                .authority()
                .key(KeyAlgorithm.EC_P256)
                .make();
    }

    private static CertificateBuilder authority(HeldCertificate issuer, String name) {
        return issuer.issue("x").subject(name).authority().key(KeyAlgorithm.EC_P256);
    }

    /** Another certificate of the same authority: name and key stay. */
    private static CertificateBuilder again(HeldCertificate issuer, HeldCertificate authority) {
        return issuer.issue("x").subject(authority.subject()).authority().keys(authority.keys());
    }

    private static CertificateBuilder leaf(HeldCertificate issuer) {
        return bare(issuer).client();
    }

    private static CertificateBuilder bare(HeldCertificate issuer) {
        return issuer.issue("alice").key(KeyAlgorithm.EC_P256);
    }

    /** {@return whom the server trusts} */
    static List<HeldCertificate> trusted() {
        return List.of(ROOT, OTHER_ROOT, TRUSTED_INTERMEDIATE, TestPki.AUTHORITY);
    }

    /** {@return who comes, and what they send} */
    static Map<String, HeldCertificate> all() {
        Map<String, HeldCertificate> all = new LinkedHashMap<>();
        whatIsSentBesides(all);
        oldSignatures(all);
        crossSigned(all);
        missingAndForged(all);
        longer(all);
        leavesForOtherUses(all);
        constraints(all);
        return all;
    }

    private static void whatIsSentBesides(Map<String, HeldCertificate> all) {
        all.put("leaf and intermediate", LEAF.sending(ISSUING));
        all.put("with the root", LEAF.sending(ISSUING, ROOT));
        all.put("root before the intermediate", LEAF.sending(ROOT, ISSUING));
        all.put("a stranger's root behind", LEAF.sending(ISSUING, STRANGE_ROOT));
        all.put("a stranger's root before", LEAF.sending(STRANGE_ROOT, ISSUING));
        all.put("a stranger's leaf behind", LEAF.sending(ISSUING, STRANGER));
        all.put("a stranger's leaf before", LEAF.sending(STRANGER, ISSUING));
        all.put("a stranger's expired leaf behind", LEAF.sending(ISSUING, LATE_STRANGER));
        all.put("a stranger's expired leaf before", LEAF.sending(LATE_STRANGER, ISSUING));
        all.put("root cross-signed by an old root, expired", LEAF.sending(ISSUING, CROSS_EXPIRED));
        all.put("cross-signed root before", LEAF.sending(CROSS_EXPIRED, ISSUING));
        all.put("intermediate twice", LEAF.sending(ISSUING, ISSUING));
        all.put("leaf twice", LEAF.sending(LEAF, ISSUING));
        all.put(
                "weak signature that nobody needs",
                LEAF.sending(
                        ISSUING, leaf(STRANGE_ROOT).signature("SHA1withECDSA").make()));
        all.put(
                "six that nobody needs",
                LEAF.sending(STRANGER, ISSUING, LATE_STRANGER, STRANGE_ROOT, CROSS_EXPIRED, OTHER_ROOT));
        all.put("a trusted root of the same name by another key", LEAF.sending(ISSUING, root(ROOT.subject())));
        all.put("that root before", LEAF.sending(root(ROOT.subject()), ISSUING));
    }

    private static void oldSignatures(Map<String, HeldCertificate> all) {
        all.put("leaf by SHA-1", leaf(ISSUING).signature("SHA1withECDSA").make().sending(ISSUING));
        all.put(
                "leaf by SHA-512",
                leaf(ISSUING).signature("SHA512withECDSA").make().sending(ISSUING));
        all.put(
                "intermediate by SHA-1",
                leafOf(authority(ROOT, "CN=Old Issuing")
                        .signature("SHA1withECDSA")
                        .make()));
    }

    private static void crossSigned(Map<String, HeldCertificate> all) {
        all.put("by the other root", LEAF.sending(ISSUING_BY_OTHER));
        all.put("by both roots", LEAF.sending(ISSUING, ISSUING_BY_OTHER));
        all.put("by both roots, turned", LEAF.sending(ISSUING_BY_OTHER, ISSUING));
        all.put("expired intermediate", LEAF.sending(ISSUING_EXPIRED));
        all.put("expired and good", LEAF.sending(ISSUING_EXPIRED, ISSUING));
        all.put("good and expired", LEAF.sending(ISSUING, ISSUING_EXPIRED));
        all.put("expired and by the other root", LEAF.sending(ISSUING_EXPIRED, ISSUING_BY_OTHER));
        all.put("by a stranger", LEAF.sending(ISSUING_BY_STRANGER));
        all.put("by a stranger and good", LEAF.sending(ISSUING_BY_STRANGER, ISSUING));
        all.put("good and by a stranger", LEAF.sending(ISSUING, ISSUING_BY_STRANGER));
        all.put("by a stranger, with his root", LEAF.sending(ISSUING_BY_STRANGER, STRANGE_ROOT));
        all.put("all four", LEAF.sending(ISSUING_EXPIRED, ISSUING_BY_STRANGER, ISSUING_BY_OTHER, ISSUING));
        HeldCertificate byTrusted = leaf(TRUSTED_INTERMEDIATE).make();
        all.put("by a trusted intermediate", byTrusted.sending());
        all.put("by a trusted intermediate, sent", byTrusted.sending(TRUSTED_INTERMEDIATE));
        all.put("by a trusted intermediate, with its root", byTrusted.sending(TRUSTED_INTERMEDIATE, STRANGE_ROOT));
    }

    private static void missingAndForged(Map<String, HeldCertificate> all) {
        all.put("intermediate missing", LEAF.sending());
        all.put("root in place of the intermediate", LEAF.sending(ROOT));
        all.put("expired", leaf(ISSUING).validFor(GONE).make().sending(ISSUING));
        all.put(
                "not yet valid",
                leaf(ISSUING).notYetValid(Duration.ofDays(2)).make().sending(ISSUING));
        all.put("directly by the root", leaf(ROOT).make().sending());
        all.put("directly by the root, sent", leaf(ROOT).make().sending(ROOT));
        all.put("directly by the root, an intermediate sent", leaf(ROOT).make().sending(ISSUING));
        all.put("a stranger", STRANGER.sending());
        all.put("a stranger with his root", STRANGER.sending(STRANGE_ROOT));
        all.put("a stranger with our intermediate", STRANGER.sending(ISSUING));
        all.put(
                "forged signature",
                leaf(ISSUING).signedBy(STRANGER.keys()).make().sending(ISSUING));
        HeldCertificate forgedIssuing = again(ROOT, ISSUING)
                .keys(STRANGER.keys())
                .signedBy(STRANGER.keys())
                .make();
        all.put("forged intermediate", leaf(forgedIssuing).make().sending(forgedIssuing));
        all.put(
                "forged intermediate, and the true one",
                leaf(forgedIssuing).make().sending(forgedIssuing, ISSUING));
        all.put("issued by a leaf", leaf(LEAF).make().sending(LEAF, ISSUING));
        all.put(
                "signs itself",
                HeldCertificate.selfSigned("alice")
                        .key(KeyAlgorithm.EC_P256)
                        .client()
                        .make()
                        .sending());
        all.put(
                "signs itself, by the name of the root",
                HeldCertificate.selfSigned("x")
                        .subject(ROOT.subject())
                        .key(KeyAlgorithm.EC_P256)
                        .client()
                        .make()
                        .sending());
        all.put(
                "issuer's name in other letters",
                leaf(ISSUING)
                        .issuerName(new X500Principal("CN=lab  ISSUING,O=LAB"))
                        .make()
                        .sending(ISSUING));
        all.put(
                "issuer's name of another",
                leaf(ISSUING).issuerName(new X500Principal("CN=Else")).make().sending(ISSUING));
        all.put(
                "intermediate names another root",
                leafOf(again(ROOT, ISSUING)
                        .issuerName(OTHER_ROOT.certificate().getSubjectX500Principal())
                        .make()));
    }

    private static HeldCertificate leafOf(HeldCertificate issuer) {
        return leaf(issuer).make().sending(issuer);
    }

    private static void longer(Map<String, HeldCertificate> all) {
        HeldCertificate one = authority(ROOT, "CN=One").make();
        HeldCertificate two = authority(one, "CN=Two").make();
        HeldCertificate three = authority(two, "CN=Three").make();
        HeldCertificate leaf = leaf(three).make();
        all.put("three intermediates", leaf.sending(three, two, one));
        all.put("three intermediates, turned", leaf.sending(one, two, three));
        all.put("three intermediates, mixed", leaf.sending(two, three, one));
        all.put("the middle one missing", leaf.sending(three, one));
        all.put("the last one missing", leaf.sending(three, two));
        all.put("the first one missing", leaf.sending(two, one));
        HeldCertificate late = authority(one, "CN=Late").validFor(GONE).make();
        all.put("an expired one in the middle", leafOf2(late, one));
        HeldCertificate early =
                authority(one, "CN=Early").notYetValid(Duration.ofDays(2)).make();
        all.put("one in the middle not yet valid", leafOf2(early, one));
        HeldCertificate last = authority(ROOT, "CN=Last").authority(0).make();
        HeldCertificate below = authority(last, "CN=Below").make();
        all.put("issuer of leaves only", leafOf(last));
        all.put("below an issuer of leaves only", leafOf2(below, last));
    }

    private static HeldCertificate leafOf2(HeldCertificate issuer, HeldCertificate above) {
        return leaf(issuer).make().sending(issuer, above);
    }

    private static void leavesForOtherUses(Map<String, HeldCertificate> all) {
        all.put("no extended key usage", bare(ISSUING).make().sending(ISSUING));
        all.put(
                "server authentication",
                bare(ISSUING).purpose(KeyPurposeId.id_kp_serverAuth).make().sending(ISSUING));
        all.put(
                "mail",
                bare(ISSUING).purpose(KeyPurposeId.id_kp_emailProtection).make().sending(ISSUING));
        all.put(
                "smart-card logon",
                bare(ISSUING).purpose(KeyPurposeId.id_kp_smartcardlogon).make().sending(ISSUING));
        all.put(
                "any use",
                bare(ISSUING).purpose(KeyPurposeId.anyExtendedKeyUsage).make().sending(ISSUING));
        all.put(
                "server and client",
                leaf(ISSUING).purpose(KeyPurposeId.id_kp_serverAuth).make().sending(ISSUING));
        all.put(
                "non-repudiation only",
                leaf(ISSUING).usage(KeyUsage.nonRepudiation).make().sending(ISSUING));
        all.put(
                "key agreement only",
                leaf(ISSUING).usage(KeyUsage.keyAgreement).make().sending(ISSUING));
        all.put(
                "signature and non-repudiation",
                leaf(ISSUING)
                        .usage(KeyUsage.digitalSignature | KeyUsage.nonRepudiation)
                        .make()
                        .sending(ISSUING));
        all.put(
                "an authority's certificate as leaf",
                leaf(ISSUING).authority().make().sending(ISSUING));
        all.put(
                "unknown extension",
                leaf(ISSUING).extension(UNKNOWN, false, DERNull.INSTANCE).make().sending(ISSUING));
        all.put(
                "unknown critical extension",
                leaf(ISSUING).extension(UNKNOWN, true, DERNull.INSTANCE).make().sending(ISSUING));
        all.put(
                "unknown critical extension of the intermediate",
                leafOf(authority(ROOT, "CN=Critical")
                        .extension(UNKNOWN, true, DERNull.INSTANCE)
                        .make()));
        all.put("an RSA leaf", leaf(ISSUING).key(KeyAlgorithm.RSA_2048).make().sending(ISSUING));
    }

    private static void constraints(Map<String, HeldCertificate> all) {
        all.put(
                "authority that must not sign certificates",
                leafOf(authority(ROOT, "CN=Unsigning").usage(KeyUsage.cRLSign).make()));
        all.put("permitted name", leafOf(constrained("O=Lab", false), "CN=alice,O=Lab"));
        all.put("name that is not permitted", leafOf(constrained("O=Lab", false), "CN=alice,O=Else"));
        all.put("excluded name", leafOf(constrained("O=Lab", true), "CN=alice,O=Lab"));
        all.put("name that is not excluded", leafOf(constrained("O=Lab", true), "CN=alice,O=Else"));
        ASN1EncodableVector explicit = new ASN1EncodableVector();
        explicit.add(new DERTaggedObject(false, 0, new ASN1Integer(0)));
        HeldCertificate strict = authority(ROOT, "CN=Strict")
                .extension(POLICY_CONSTRAINTS, true, new DERSequence(explicit))
                .make();
        all.put("policy required and missing", leafOf(strict));
        CertificatePolicies policy = new CertificatePolicies(new PolicyInformation(new ASN1ObjectIdentifier(UNKNOWN)));
        all.put(
                "policy, of which nobody asked",
                leaf(ISSUING).extension(POLICIES, false, policy).make().sending(ISSUING));
        // The path by one root is forbidden, that by the other is not.
        HeldCertificate forbidden = again(ROOT, ISSUING)
                .extension(NAME_CONSTRAINTS, true, constraints("O=Nobody", false))
                .make();
        HeldCertificate named = leaf(ISSUING).subject("CN=alice,O=Lab").make();
        all.put("forbidden by one root", named.sending(forbidden));
        all.put("forbidden by one root, not by the other", named.sending(forbidden, ISSUING_BY_OTHER));
    }

    private static HeldCertificate constrained(String name, boolean excluded) {
        return authority(ROOT, "CN=Constrained")
                .extension(NAME_CONSTRAINTS, true, constraints(name, excluded))
                .make();
    }

    private static NameConstraints constraints(String name, boolean excluded) {
        GeneralSubtree[] subtrees = {new GeneralSubtree(new GeneralName(new X500Name(name)))};
        return excluded ? new NameConstraints(null, subtrees) : new NameConstraints(subtrees, null);
    }

    private static HeldCertificate leafOf(HeldCertificate issuer, String subject) {
        return leaf(issuer).subject(subject).make().sending(issuer);
    }
}

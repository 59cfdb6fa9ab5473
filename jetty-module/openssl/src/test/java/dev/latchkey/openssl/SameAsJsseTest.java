package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.ForwardingTrustManager;
import dev.latchkey.testkit.HeldCertificate;
import java.nio.ByteBuffer;
import java.security.AlgorithmConstraints;
import java.security.AlgorithmParameters;
import java.security.CryptoPrimitive;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The same calls on JSSE's engine and on ours, with equal answers; a row is a kind of call, with a name. */
class SameAsJsseTest {
    private static final SSLContext JSSE = Pki.context(Engines.JSSE);
    private static final SSLContext OPENSSL = Pki.context(Engines.OPENSSL);
    private static final int USER_CANCELED = 90;
    private static final String[] TLS_1_2 = {"TLSv1.2"};
    private static final String[] TLS_1_3 = {"TLSv1.3"};
    private static final String[] X25519 = {"x25519"};
    private static final String[] SUITES = {
        "TLS_AES_256_GCM_SHA384",
        "TLS_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
    };

    /** Asks an engine or a context of one of the two; what it throws is an answer as well. */
    @FunctionalInterface
    private interface Question {
        @Nullable
        Object ask(Engines engines) throws Exception;
    }

    private static Object answer(Question question, Engines engines) {
        try {
            return String.valueOf(question.ask(engines));
        } catch (SSLException e) {
            return "refused"; // In whose words is another matter.
        } catch (Exception e) {
            return e.getClass();
        }
    }

    @TestFactory
    Stream<DynamicTest> equalAnswers() {
        Map<String, Question> rows = new LinkedHashMap<>();
        parameters(rows);
        names(rows);
        constraints(rows);
        contexts(rows);
        sessions(rows);
        return rows.entrySet().stream()
                .map(row ->
                        DynamicTest.dynamicTest(row.getKey(), () -> assertThat(answer(row.getValue(), Engines.OPENSSL))
                                .isEqualTo(answer(row.getValue(), Engines.JSSE))));
    }

    // ---- what setSSLParameters leaves alone

    /** A value that is set, and then parameters that do not mention it. */
    private static <T> Question after(Consumer<SSLParameters> set, java.util.function.Function<SSLParameters, T> get) {
        return engines -> {
            SSLEngine engine = server(engines).createSSLEngine();
            change(engine, set);
            engine.setSSLParameters(new SSLParameters());
            T value = get.apply(engine.getSSLParameters());
            return value instanceof Object[] array ? Arrays.toString(array) : value;
        };
    }

    private static void parameters(Map<String, Question> rows) {
        rows.put(
                "null suites are not given",
                after(p -> p.setCipherSuites(new String[] {"TLS_AES_128_GCM_SHA256"}), SSLParameters::getCipherSuites));
        rows.put("null protocols are not given", after(p -> p.setProtocols(TLS_1_2), SSLParameters::getProtocols));
        rows.put(
                "null identification is not given",
                after(
                        p -> p.setEndpointIdentificationAlgorithm("HTTPS"),
                        SSLParameters::getEndpointIdentificationAlgorithm));
        rows.put("empty identification is none", engines -> {
            SSLEngine engine = server(engines).createSSLEngine();
            change(engine, p -> p.setEndpointIdentificationAlgorithm("HTTPS"));
            change(engine, p -> p.setEndpointIdentificationAlgorithm(""));
            return engine.getSSLParameters().getEndpointIdentificationAlgorithm();
        });
        rows.put(
                "null server names are not given",
                after(p -> p.setServerNames(List.of(new SNIHostName("a.test"))), SSLParameters::getServerNames));
        rows.put(
                "null matchers are not given",
                after(
                        p -> p.setSNIMatchers(List.of(SNIHostName.createSNIMatcher("a"))),
                        p -> p.getSNIMatchers() == null
                                ? null
                                : p.getSNIMatchers().size()));
        rows.put(
                "null schemes are not given",
                after(
                        p -> p.setSignatureSchemes(new String[] {"rsa_pss_rsae_sha256"}),
                        SSLParameters::getSignatureSchemes));
        rows.put(
                "null constraints are not given",
                after(p -> p.setAlgorithmConstraints(without("TLSv1.3")), p -> p.getAlgorithmConstraints()
                        .permits(Set.of(CryptoPrimitive.KEY_AGREEMENT), "TLSv1.3", null)));
        rows.put("null groups are the provider's own", engines -> {
            EnginePair pair = pair(engines, e -> {}, e -> {
                change(e, p -> p.setNamedGroups(new String[] {"secp521r1"}));
                SSLParameters none = new SSLParameters();
                e.setSSLParameters(none);
            });
            change(pair.client.engine, p -> p.setNamedGroups(new String[] {"secp256r1"}));
            return outcome(pair);
        });
        rows.put(
                "no need is given, and so is no want",
                after(p -> p.setNeedClientAuth(true), p -> p.getNeedClientAuth() + " " + p.getWantClientAuth()));
        rows.put(
                "no application protocols are given",
                after(p -> p.setApplicationProtocols(new String[] {"a"}), SSLParameters::getApplicationProtocols));
        rows.put(
                "no order of suites is given",
                after(p -> p.setUseCipherSuitesOrder(true), SSLParameters::getUseCipherSuitesOrder));
        rows.put("what an engine has that was told nothing", engines -> {
            SSLParameters p = server(engines).createSSLEngine().getSSLParameters();
            return p.getEndpointIdentificationAlgorithm() + " " + p.getServerNames() + " " + p.getSNIMatchers() + " "
                    + Arrays.toString(p.getSignatureSchemes()) + " " + Arrays.toString(p.getProtocols()) + " "
                    + p.getUseCipherSuitesOrder() + " " + (p.getAlgorithmConstraints() == null);
        });
    }

    // ---- names that are not known

    private static void names(Map<String, Question> rows) {
        rows.put("an unknown group among others", groups("X25519NOSUCH", "secp384r1"));
        rows.put("only unknown groups", groups("X25519NOSUCH"));
        rows.put("a group twice", groups("secp384r1", "secp384r1"));
        rows.put("a group in capitals", groups("SECP384R1"));
        rows.put("an unknown scheme among others", schemes("mldsa65nosuch", "rsa_pss_rsae_sha256"));
        rows.put("only unknown schemes", schemes("mldsa65nosuch"));
        rows.put("a scheme twice", schemes("rsa_pss_rsae_sha256", "rsa_pss_rsae_sha256"));
        rows.put(
                "JSSE's own old schemes among others",
                schemes(
                        "ecdsa_sha1",
                        "dsa_sha256",
                        "dsa_sha224",
                        "dsa_sha1",
                        "ecdsa_sha224",
                        "rsa_sha224",
                        "rsa_md5",
                        "rsa_pkcs1_sha1",
                        "rsa_pss_rsae_sha256"));
        rows.put("an unknown suite", on(e -> e.setEnabledCipherSuites(new String[] {"TLS_NO_SUCH"})));
        rows.put("no array of suites", on(e -> e.setEnabledCipherSuites(null)));
        rows.put("a null suite", on(e -> e.setEnabledCipherSuites(new String[] {null})));
        rows.put("an empty suite", on(e -> e.setEnabledCipherSuites(new String[] {""})));
        rows.put("an unknown protocol", on(e -> e.setEnabledProtocols(new String[] {"TLSv9"})));
        rows.put("no array of protocols", on(e -> e.setEnabledProtocols(null)));
        rows.put("a null protocol", on(e -> e.setEnabledProtocols(new String[] {null})));
        rows.put("an unknown suite in parameters", on(e -> change(e, p -> p.setCipherSuites(new String[] {"NO"}))));
        rows.put("an unknown protocol in parameters", on(e -> change(e, p -> p.setProtocols(new String[] {"NO"}))));
    }

    private static Question groups(String... names) {
        return engines -> outcome(pair(
                engines,
                e -> change(e, p -> p.setNamedGroups(new String[] {"secp256r1", "secp384r1"})),
                e -> change(e, p -> p.setNamedGroups(names))));
    }

    private static Question schemes(String... names) {
        return engines -> outcome(
                pair(engines, e -> e.setEnabledProtocols(TLS_1_3), e -> change(e, p -> p.setSignatureSchemes(names))));
    }

    private static Question on(Consumer<SSLEngine> call) {
        return engines -> {
            call.accept(server(engines).createSSLEngine());
            return "taken";
        };
    }

    // ---- algorithm constraints

    private static void constraints(Map<String, Question> rows) {
        for (String disabled : List.of(
                "TLSv1.3",
                "TLSv1.2",
                "TLS_AES_256_GCM_SHA384",
                "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                "x25519",
                "RSASSA-PSS",
                "rsa_pss_rsae_sha256",
                "nothing")) {
            Consumer<SSLEngine> constrain = e -> change(e, p -> {
                p.setCipherSuites(SUITES); // Without this each provider has an order of its own.
                p.setAlgorithmConstraints(without(disabled));
            });
            rows.put(
                    "a server's constraints without " + disabled,
                    engines -> outcome(pair(engines, e -> {}, constrain)));
            rows.put(
                    "the same, TLS 1.2 alone, without " + disabled,
                    engines -> outcome(pair(engines, e -> e.setEnabledProtocols(TLS_1_2), constrain)));
            rows.put(
                    "the same, TLS 1.3 alone and an RSA key, without " + disabled,
                    engines -> outcome(pair(rsa(engines), e -> e.setEnabledProtocols(TLS_1_3), constrain)));
            rows.put(
                    "the same, with the one group x25519, without " + disabled,
                    engines -> outcome(pair(engines, e -> change(e, p -> p.setNamedGroups(X25519)), constrain)));
        }
        rows.put("constraints on a client's chain", engines -> {
            EnginePair pair = pair(engines, e -> {}, e -> {
                change(e, p -> p.setAlgorithmConstraints(without("SHA256withRSA")));
                e.setNeedClientAuth(true);
            });
            return outcome(pair);
        });
        rows.put("constraints that permit a client's chain", engines -> {
            EnginePair pair = pair(engines, e -> {}, e -> {
                change(e, p -> p.setAlgorithmConstraints(without("MD5withRSA")));
                e.setNeedClientAuth(true);
            });
            return outcome(pair);
        });
        rows.put("a plain trust manager and a chain that constraints permit", plainTrust(Pki.CLIENT, "nothing"));
        rows.put("a plain trust manager and constraints on a chain", plainTrust(Pki.CLIENT, "SHA256withRSA"));
        rows.put("a plain trust manager and constraints on a key", plainTrust(Pki.CLIENT, "EC"));
        rows.put("by what a chain may be signed on TLS 1.2", signaturesOfChains(TLS_1_2));
        rows.put("by what a chain may be signed on TLS 1.3", signaturesOfChains(TLS_1_3));
        rows.put("a plain trust manager and what a policy disables", engines -> {
            HeldCertificate weak = WeakKeys.signedByMd5();
            return outcome(new EnginePair(
                    Pki.contextThatGives(Engines.OPENSSL, weak),
                    Pki.context(engines, new TrustManager[] {new AcceptsAll()}, Pki.SERVER_RSA, Pki.SERVER_EC),
                    e -> e.setEnabledProtocols(TLS_1_2),
                    e -> e.setNeedClientAuth(true)));
        });
    }

    /** Trust managers ask the session by what a peer's chain may be signed. EdDSA is another name of Ed25519 here. */
    private static Question signaturesOfChains(String... protocols) {
        return engines -> {
            Set<String> seen = new TreeSet<>();
            outcome(new EnginePair(
                    Pki.contextThatGives(Engines.JSSE, Pki.CLIENT),
                    Pki.context(engines, new TrustManager[] {new LooksAtAlgorithms(seen)}, Pki.SERVER_RSA),
                    e -> e.setEnabledProtocols(protocols),
                    e -> e.setNeedClientAuth(true)));
            seen.remove("EdDSA");
            return seen;
        };
    }

    private static final class LooksAtAlgorithms extends ForwardingTrustManager {
        private final Set<String> seen;

        private LooksAtAlgorithms(Set<String> seen) {
            super((X509ExtendedTrustManager) Pki.trustManagers(Pki.ROOT)[0]);
            this.seen = seen;
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
            seen.addAll(List.of(
                    ((ExtendedSSLSession) engine.getHandshakeSession()).getLocalSupportedSignatureAlgorithms()));
        }
    }

    private static Question plainTrust(HeldCertificate client, String disabled) {
        return engines -> outcome(new EnginePair(
                Pki.contextThatGives(Engines.JSSE, client),
                Pki.context(engines, new TrustManager[] {new AcceptsAll()}, Pki.SERVER_RSA),
                e -> e.setEnabledProtocols(TLS_1_3),
                e -> {
                    change(e, p -> p.setAlgorithmConstraints(without(disabled)));
                    e.setNeedClientAuth(true);
                }));
    }

    /** Not extended: the provider must look at the rest. */
    private static final class AcceptsAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private static AlgorithmConstraints without(String disabled) {
        return new AlgorithmConstraints() {
            @Override
            public boolean permits(Set<CryptoPrimitive> primitives, String algorithm, AlgorithmParameters parameters) {
                return !algorithm.equalsIgnoreCase(disabled);
            }

            @Override
            public boolean permits(Set<CryptoPrimitive> primitives, Key key) {
                return !key.getAlgorithm().equalsIgnoreCase(disabled);
            }

            @Override
            public boolean permits(
                    Set<CryptoPrimitive> primitives, String algorithm, Key key, AlgorithmParameters parameters) {
                return permits(primitives, algorithm, parameters) && permits(primitives, key);
            }
        };
    }

    // ---- contexts

    private static void contexts(Map<String, Question> rows) {
        rows.put("a second init counts, with the suites of its engines", engines -> {
            SSLContext context = server(engines);
            outcome(pair(context, e -> {}, e -> e.setEnabledCipherSuites(new String[] {"TLS_AES_256_GCM_SHA384"})));
            context.init(
                    new javax.net.ssl.KeyManager[] {new FixedServerKey(Pki.SERVER_RSA)},
                    Pki.trustManagers(Pki.ROOT),
                    null);
            return outcome(pair(
                            context, e -> {}, e -> e.setEnabledCipherSuites(new String[] {"TLS_AES_128_GCM_SHA256"})))
                    + outcome(pair(
                            context, e -> {}, e -> e.setEnabledCipherSuites(new String[] {"TLS_AES_256_GCM_SHA384"})));
        });
        rows.put("suites are those of the engine, not of one before it", engines -> {
            SSLContext context = server(engines);
            List<String> outcomes = new ArrayList<>();
            for (String suite : List.of(
                    "TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")) {
                outcomes.add(outcome(pair(context, e -> {}, e -> e.setEnabledCipherSuites(new String[] {suite}))));
            }
            return outcomes;
        });
        rows.put(
                "an engine of a context that was not initialized",
                engines -> engines.newContext().createSSLEngine() == null);
        rows.put("a handshake without a mode", on(e -> {
            try {
                e.beginHandshake();
            } catch (SSLException x) {
                throw new IllegalArgumentException(x);
            }
        }));
        rows.put("no suites that Java disables by default", engines -> Stream.of(
                        server(engines).createSSLEngine().getEnabledCipherSuites())
                .filter(name -> name.startsWith("TLS_RSA_") || name.contains("_anon_") || name.contains("_NULL_"))
                .count());
    }

    // ---- sessions

    private static void sessions(Map<String, Question> rows) {
        for (String[] protocol : List.of(TLS_1_2, TLS_1_3)) {
            rows.put("session ids on " + protocol[0], engines -> {
                EnginePair one = pair(engines, e -> e.setEnabledProtocols(protocol), e -> {});
                EnginePair two = pair(engines, e -> e.setEnabledProtocols(protocol), e -> {});
                outcome(one);
                outcome(two);
                byte[] id = one.server.engine.getSession().getId();
                return id.length + " "
                        + Arrays.equals(id, two.server.engine.getSession().getId());
            });
            rows.put("an invalidated session on " + protocol[0], engines -> {
                EnginePair pair = pair(engines, e -> e.setEnabledProtocols(protocol), e -> {});
                outcome(pair);
                boolean before = pair.server.engine.getSession().isValid();
                pair.server.engine.getSession().invalidate();
                boolean after = pair.server.engine.getSession().isValid();
                pair.exchange();
                return before + " " + after;
            });
        }
        rows.put("the session before a handshake", engines -> {
            javax.net.ssl.SSLSession none = server(engines).createSSLEngine().getSession();
            return none.getProtocol() + none.getCipherSuite() + none.getId().length + none.isValid();
        });
    }

    // ---- helpers

    private static SSLContext rsa(Engines engines) {
        return Pki.context(engines, Pki.SERVER_RSA);
    }

    private static SSLContext server(Engines engines) {
        return Pki.context(engines, Pki.SERVER_RSA, Pki.SERVER_EC);
    }

    private static void change(SSLEngine engine, Consumer<SSLParameters> change) {
        SSLParameters parameters = engine.getSSLParameters();
        change.accept(parameters);
        engine.setSSLParameters(parameters);
    }

    private static EnginePair pair(Engines engines, Consumer<SSLEngine> client, Consumer<SSLEngine> server) {
        return pair(server(engines), client, server);
    }

    /** The client is always JSSE's, and has a certificate. */
    private static EnginePair pair(SSLContext context, Consumer<SSLEngine> client, Consumer<SSLEngine> server) {
        return new EnginePair(Pki.contextThatGives(Engines.JSSE, Pki.CLIENT), context, client, server);
    }

    /** What was negotiated, seen by the client. */
    private static String outcome(EnginePair pair) throws SSLException {
        pair.handshake().exchange();
        X509Certificate leaf = (X509Certificate) pair.client.engine.getSession().getPeerCertificates()[0];
        return pair.client.engine.getSession().getProtocol() + " "
                + pair.client.engine.getSession().getCipherSuite() + " "
                + leaf.getPublicKey().getAlgorithm();
    }

    private static final class FixedServerKey extends FixedKey {
        private FixedServerKey(HeldCertificate held) {
            super(held);
        }

        @Override
        public @Nullable String chooseEngineServerAlias(
                String keyType, java.security.Principal @Nullable [] issuers, SSLEngine engine) {
            return keyType.equals("RSA") ? "fixed" : null;
        }
    }

    // ---- words

    /** Each alert that JSSE has a name for, as a client is told of it in the clear; of others the number. */
    @Test
    void alertsHaveTheSameNames() throws GeneralSecurityException {
        Map<Integer, String> jsse = new LinkedHashMap<>();
        Map<Integer, String> ours = new LinkedHashMap<>();
        for (int alert = 1; alert < 256; alert++) {
            if (alert == USER_CANCELED) {
                continue; // JSSE overlooks it.
            }
            String words = words(Engines.JSSE, (byte) alert);
            boolean named = words.startsWith("Received fatal alert: ");
            jsse.put(alert, named ? words : "Received fatal alert: unknown (" + alert + ")");
            ours.put(alert, words(Engines.OPENSSL, (byte) alert));
        }
        assertThat(ours).containsEntry(116, "Received fatal alert: certificate_required");
        ours.entrySet().removeAll(jsse.entrySet());
        assertThat(ours).as("what JSSE says otherwise").isEmpty();
    }

    private static String words(Engines engines, byte alert) throws GeneralSecurityException {
        SSLEngine engine = (engines == Engines.JSSE ? JSSE : OPENSSL).createSSLEngine("localhost", 4433);
        engine.setUseClientMode(true);
        try {
            engine.wrap(
                    ByteBuffer.allocate(0),
                    ByteBuffer.allocate(engine.getSession().getPacketBufferSize()));
            engine.unwrap(ByteBuffer.wrap(new byte[] {21, 3, 3, 0, 2, 2, alert}), ByteBuffer.allocate(32 * 1024));
            return "no failure";
        } catch (SSLException e) {
            return e.getMessage().replaceFirst("^\\(.*?\\) ", "");
        }
    }
}

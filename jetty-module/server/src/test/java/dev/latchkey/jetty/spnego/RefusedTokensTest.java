package dev.latchkey.jetty.spnego;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.security.auth.Subject;
import org.eclipse.jetty.security.Constraint;
import org.eclipse.jetty.security.HashLoginService;
import org.eclipse.jetty.security.SecurityHandler;
import org.eclipse.jetty.security.UserIdentity;
import org.eclipse.jetty.security.UserStore;
import org.eclipse.jetty.security.authentication.SPNEGOAuthenticator;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.ietf.jgss.GSSException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A token that proves nothing is answered 401, whatever it is made of, on whatever Java: never 500, and the log is not
 * filled. No KDC is needed to refuse. {@code -Dlatchkey.fuzz.tokens=200000} tries more of them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RefusedTokensTest {
    private static final String CONFIGURATION = "java.security.krb5.conf";

    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);
    private DelegatedCredentialLoginService login;

    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        Path configuration = Files.writeString(
                dir.resolve("krb5.conf"),
                "[libdefaults]\ndefault_realm = TEST\ndns_lookup_kdc = false\n[realms]\nTEST = { kdc = 127.0.0.1:1 }\n");
        System.setProperty(CONFIGURATION, configuration.toString());
        HashLoginService roles = new HashLoginService("test");
        roles.setUserStore(new UserStore());
        login = new DelegatedCredentialLoginService("test", roles);
        login.setServiceName("HTTP");
        login.setHostName("localhost");
        login.setKeyTabPath(keytab(dir.resolve("test.keytab")));
        SecurityHandler.PathMapped security = new SecurityHandler.PathMapped();
        security.put("/*", Constraint.from("user"));
        security.setAuthenticator(new SPNEGOAuthenticator());
        security.setLoginService(login);
        security.setRealmName("test");
        security.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                callback.succeeded();
                return true;
            }
        });
        connector.setHost("127.0.0.1");
        connector
                .getConnectionFactory(HttpConnectionFactory.class)
                .getHttpConfiguration()
                .setRequestHeaderSize(98_304);
        server.addConnector(connector);
        server.setHandler(security);
        server.start();
    }

    @AfterAll
    void stop() throws Exception {
        server.stop();
        System.clearProperty(CONFIGURATION);
    }

    private static Path keytab(Path file) throws IOException {
        ByteArrayOutputStream entry = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(entry);
        out.writeShort(2);
        for (String part : List.of("TEST", "HTTP", "localhost")) {
            out.writeShort(part.length());
            out.writeBytes(part);
        }
        out.writeInt(3); // KRB_NT_SRV_HST
        out.writeInt(0);
        out.writeByte(1);
        out.writeShort(18); // aes256-cts-hmac-sha1-96
        out.writeShort(32);
        out.write(new byte[32]);
        try (DataOutputStream whole = new DataOutputStream(Files.newOutputStream(file))) {
            whole.writeShort(0x0502);
            whole.writeInt(entry.size());
            whole.write(entry.toByteArray());
        }
        return file;
    }

    private int status(String token) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create("http://127.0.0.1:" + connector.getLocalPort() + "/")
                        .toURL()
                        .openConnection();
        connection.setRequestProperty("Authorization", "Negotiate " + token);
        return connection.getResponseCode();
    }

    @ParameterizedTest
    @ValueSource(strings = {"AAAA", "TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAA=", "!", "YA==", "oA=="})
    void aRefusedTokenIs401(String token) throws IOException {
        assertThat(status(token)).isEqualTo(401);
    }

    @Test
    void tokensOfEachKindOfNothingAre401() throws IOException {
        for (byte[] seed : seeds()) {
            assertThat(status(Base64.getEncoder().encodeToString(seed)))
                    .as(HexFormat.of().formatHex(seed))
                    .isEqualTo(401);
        }
    }

    /** Who is in many groups brings 64 KiB: with the setting that the Javadoc names they are read, and refused as others. */
    @Test
    void aTokenOf64KibIsRead() throws IOException {
        assertThat(status(Base64.getEncoder().encodeToString(new byte[65_536]))).isEqualTo(401);
    }

    @Test
    void noMutatedTokenIsAnythingButRefused() {
        long seed = new Random().nextLong();
        System.out.println("RefusedTokensTest: seed " + seed);
        Random random = new Random(seed);
        List<byte[]> seeds = seeds();
        for (int i = 0; i < Integer.getInteger("latchkey.fuzz.tokens", 4000); i++) {
            byte[] token = mutated(seeds.get(random.nextInt(seeds.size())), random);
            UserIdentity user = login.login(null, Base64.getEncoder().encodeToString(token), request(), create -> {
                assertThat(create)
                        .as("a session for a token that proved nothing")
                        .isFalse();
                return null;
            });
            assertThat(user.getUserPrincipal().getName())
                    .as(HexFormat.of().formatHex(token))
                    .isEmpty();
        }
    }

    @Test
    void aFailureKeepsItsTypeHoweverItIsWrapped() {
        GSSException failure = new GSSException(GSSException.OLD_TOKEN);
        assertThatThrownBy(() -> Kerberos.callAs(new Subject(), () -> {
                    throw failure;
                }))
                .isSameAs(failure);
    }

    @Test
    void theLogIsNotFilled() {
        List<String> lines = new ArrayList<>();
        AtomicLong now = new AtomicLong();
        RefusalLog log = new RefusalLog(lines::add, now::get);
        for (int i = 0; i < 100_000; i++) {
            log.tell("refused\nforged line");
        }
        assertThat(lines).hasSize(100).containsOnly("refused?forged line");
        now.addAndGet(TimeUnit.SECONDS.toNanos(1));
        log.tell("refused");
        assertThat(lines.get(100)).isEqualTo("refused (99900 lines before it were left out)");
    }

    private static Request request() {
        return (Request) Proxy.newProxyInstance(
                Request.class.getClassLoader(), new Class<?>[] {Request.class}, (proxy, method, arguments) -> null);
    }

    private static byte[] mutated(byte[] seed, Random random) {
        byte[] token = seed.clone();
        int times = 1 + random.nextInt(3);
        for (int i = 0; i < times && token.length > 0; i++) {
            int at = random.nextInt(token.length);
            switch (random.nextInt(4)) {
                case 0 -> token[at] = (byte) random.nextInt(256);
                case 1 -> token = Arrays.copyOf(token, at);
                case 2 -> token[at] ^= (byte) (1 << random.nextInt(8));
                default -> {
                    // A length where none was.
                    byte[] longer = new byte[token.length + 1];
                    System.arraycopy(token, 0, longer, 0, at);
                    longer[at] = (byte) new int[] {0x84, 0x80, 0xff, 0x7f, 0}[random.nextInt(5)];
                    System.arraycopy(token, at, longer, at + 1, token.length - at);
                    token = longer;
                }
            }
        }
        return token;
    }

    /** SPNEGO around Kerberos, Kerberos alone, empty ones of both, and NTLM. */
    private static List<byte[]> seeds() {
        return List.of(
                spnego(kerberos()),
                kerberos(),
                spnego(new byte[0]),
                hex("4e544c4d5353500001000000"),
                spnego(tlv(0x60, hex("06092a864886f712010202"), hex("0100"))));
    }

    private static byte[] kerberos() {
        byte[] encrypted = tlv(0x30, tlv(0xa0, integer(18)), tlv(0xa1, integer(1)), tlv(0xa2, tlv(4, new byte[120])));
        byte[] service = tlv(0x30, tlv(0xa0, integer(3)), tlv(0xa1, tlv(0x30, string("HTTP"), string("localhost"))));
        byte[] ticket = tlv(
                0x61,
                tlv(0x30, tlv(0xa0, integer(5)), tlv(0xa1, string("TEST")), tlv(0xa2, service), tlv(0xa3, encrypted)));
        byte[] authenticator = tlv(0x30, tlv(0xa0, integer(18)), tlv(0xa2, tlv(4, new byte[80])));
        byte[] request = tlv(
                0x6e,
                tlv(
                        0x30,
                        tlv(0xa0, integer(5)),
                        tlv(0xa1, integer(14)),
                        tlv(0xa2, tlv(3, new byte[5])),
                        tlv(0xa3, ticket),
                        tlv(0xa4, authenticator)));
        return tlv(0x60, hex("06092a864886f712010202"), hex("0100"), request);
    }

    private static byte[] spnego(byte[] mechanismToken) {
        byte[] mechanisms = tlv(0x30, hex("06092a864886f712010202"), hex("060a2b06010401823702020a"));
        byte[] init = tlv(0x30, tlv(0xa0, mechanisms), tlv(0xa2, tlv(4, mechanismToken)));
        return tlv(0x60, hex("06062b0601050502"), tlv(0xa0, init));
    }

    private static byte[] tlv(int tag, byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (length >= 256) {
            out.write(0x82);
            out.write(length >> 8);
        } else if (length >= 128) {
            out.write(0x81);
        }
        out.write(length);
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] integer(int value) {
        return tlv(2, new byte[] {(byte) value});
    }

    private static byte[] string(String text) {
        return tlv(0x1b, text.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }
}

package dev.latchkey.openssl;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The cipher suites of this OpenSSL, by the names that Java and IANA give them and by OpenSSL's own.
 *
 * <p>Suites without a certificate (anonymous, PSK, SRP) are left out: JSSE has no way to use them. Immutable.
 */
final class CipherSuites {
    private static final CipherSuites INSTANCE = load();

    private final Map<String, String> openSslNames;
    private final Map<Integer, String> byNumber;
    private final List<String> enabledByDefault;

    private CipherSuites(
            Map<String, String> openSslNames, Map<Integer, String> byNumber, List<String> enabledByDefault) {
        this.openSslNames = openSslNames;
        this.byNumber = byNumber;
        this.enabledByDefault = enabledByDefault;
    }

    static CipherSuites instance() {
        return INSTANCE;
    }

    String[] supported() {
        return openSslNames.keySet().toArray(String[]::new);
    }

    String[] enabledByDefault() {
        return enabledByDefault.toArray(String[]::new);
    }

    /** Throws when one of these is not known, as {@code SSLEngine.setEnabledCipherSuites} must. */
    void requireSupported(String[] names) {
        for (String name : names) {
            if (!openSslNames.containsKey(name)) {
                throw new IllegalArgumentException("Unsupported cipher suite: " + name);
            }
        }
    }

    /** Java's name of the suite that a connection uses. */
    String nameOf(long cipher) {
        if (cipher == 0) {
            return SessionState.NULL.cipherSuite();
        }
        String name = byNumber.get(LibSslContext.SSL_CIPHER_get_protocol_id(cipher) & 0xFFFF);
        return name == null ? string(LibSslContext.SSL_CIPHER_standard_name(cipher)) : name;
    }

    /** OpenSSL's list of those suites that are for TLS 1.3, in this order. */
    String listFor13(String[] names) {
        return join(names, true);
    }

    /** OpenSSL's list of those suites that are for TLS 1.2, in this order. */
    String listFor12(String[] names) {
        return join(names, false);
    }

    static boolean isFor13(String name) {
        return !name.contains("_WITH_");
    }

    private String join(String[] names, boolean for13) {
        return Arrays.stream(names)
                .filter(name -> isFor13(name) == for13)
                .map(name -> openSslNames.getOrDefault(name, name))
                .collect(Collectors.joining(":"));
    }

    private static CipherSuites load() {
        long context = LibSslContext.SSL_CTX_new(LibSslContext.TLS_method());
        if (context == 0) {
            throw SslError.illegal("OpenSSL made no SSL_CTX");
        }
        try (Arena arena = Arena.ofConfined()) {
            Map<String, String> openSslNames = new LinkedHashMap<>();
            Map<Integer, String> byNumber = new LinkedHashMap<>();
            List<String> enabled = new ArrayList<>();
            read(context, openSslNames, byNumber, enabled);
            LibSslContext.SSL_CTX_set_cipher_list(context, arena.allocateFrom("ALL"));
            read(context, openSslNames, byNumber, new ArrayList<>());
            return new CipherSuites(openSslNames, byNumber, List.copyOf(enabled));
        } finally {
            SslError.clear();
            LibSslContext.SSL_CTX_free(context);
        }
    }

    private static void read(
            long context, Map<String, String> openSslNames, Map<Integer, String> byNumber, Collection<String> names) {
        long stack = LibSslContext.SSL_CTX_get_ciphers(context);
        int size = LibCrypto.OPENSSL_sk_num(stack);
        for (int i = 0; i < size; i++) {
            long cipher = LibCrypto.OPENSSL_sk_value(stack, i);
            String name = string(LibSslContext.SSL_CIPHER_standard_name(cipher));
            if (isUsable(name)) {
                openSslNames.putIfAbsent(name, string(LibSslContext.SSL_CIPHER_get_name(cipher)));
                byNumber.putIfAbsent(LibSslContext.SSL_CIPHER_get_protocol_id(cipher) & 0xFFFF, name);
                names.add(name);
            }
        }
    }

    private static boolean isUsable(String name) {
        return !name.isEmpty() && !name.contains("_PSK_") && !name.contains("_SRP_") && !name.contains("_anon_");
    }

    private static String string(long address) {
        return address == 0 ? "" : Native.bytes(address, 128).getString(0);
    }
}

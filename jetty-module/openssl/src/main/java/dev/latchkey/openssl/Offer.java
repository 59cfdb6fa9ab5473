package dev.latchkey.openssl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * What one side of a handshake has to offer: versions, suites, groups and signature schemes, as they are enabled, less
 * what Java's policy does not permit and what this OpenSSL does not have.
 *
 * <p>Immutable; any thread.
 *
 * @param lowest the lowest version, by TLS's number
 * @param highest the highest version
 * @param suites12 OpenSSL's list for TLS 1.2, empty for none
 * @param suites13 OpenSSL's list for TLS 1.3, empty for none
 * @param groups OpenSSL's list, null for those that it offers by itself
 * @param schemes OpenSSL's list, null for those that it offers by itself
 * @param schemeNames the names behind the schemes, also if they are OpenSSL's own
 */
record Offer(
        int lowest,
        int highest,
        String suites12,
        String suites13,
        @Nullable String groups,
        @Nullable String schemes,
        List<String> schemeNames) {
    private static final int SET_GROUPS_LIST = 92;
    private static final int SET_SIGNATURE_ALGORITHMS_LIST = 98;
    private static final int SET_MIN_PROTOCOL = 123;
    private static final int SET_MAX_PROTOCOL = 124;

    /**
     * Works it out.
     *
     * @throws SSLException if nothing is left of one of them; the message has the names
     */
    static Offer of(SSLParameters parameters) throws SSLException {
        JdkPolicy policy = JdkPolicy.with(parameters.getAlgorithmConstraints());
        String[] suites = Arrays.stream(parameters.getCipherSuites())
                .filter(suite -> policy.permitsSuite(suite) && NamedGroups.permitsExchangeOf(suite, policy))
                .toArray(String[]::new);
        int lowest = Integer.MAX_VALUE;
        int highest = 0;
        for (String protocol : parameters.getProtocols()) {
            if (policy.permitsProtocol(protocol) && hasSuiteFor(protocol, suites)) {
                lowest = Math.min(lowest, Protocols.number(protocol));
                highest = Math.max(highest, Protocols.number(protocol));
            }
        }
        if (highest == 0) {
            throw new SSLHandshakeException(
                    "No enabled protocol has an enabled cipher suite that Java's policy permits:"
                            + " protocols " + Arrays.toString(parameters.getProtocols()) + ", cipher suites "
                            + Arrays.toString(parameters.getCipherSuites()));
        }
        List<String> groups = groups(parameters.getNamedGroups(), policy);
        List<String> schemes = schemes(parameters.getSignatureSchemes(), policy);
        CipherSuites all = CipherSuites.instance();
        return new Offer(
                lowest,
                highest,
                all.listFor12(suites),
                all.listFor13(suites),
                joined(SET_GROUPS_LIST, groups),
                joined(SET_SIGNATURE_ALGORITHMS_LIST, schemes),
                schemes == null ? SignatureSchemes.usual() : schemes);
    }

    private static @Nullable String joined(int command, @Nullable List<String> names) {
        return names == null
                ? null
                : names.stream().map(name -> openSslName(command, name)).collect(Collectors.joining(":"));
    }

    private static boolean hasSuiteFor(String protocol, String[] suites) {
        boolean for13 = protocol.equals(Protocols.TLS_1_3);
        return Arrays.stream(suites).anyMatch(name -> CipherSuites.isFor13(name) == for13);
    }

    private static @Nullable List<String> groups(String @Nullable [] enabled, JdkPolicy policy) throws SSLException {
        return list(
                "group", SET_GROUPS_LIST, enabled, NamedGroups.USUAL, name -> NamedGroups.isPermitted(name, policy));
    }

    private static @Nullable List<String> schemes(String @Nullable [] enabled, JdkPolicy policy) throws SSLException {
        return list(
                "signature scheme",
                SET_SIGNATURE_ALGORITHMS_LIST,
                enabled,
                SignatureSchemes.usual(),
                name -> SignatureSchemes.isPermitted(name, policy));
    }

    /** Null where nothing was enabled by name and all of the usual is permitted: OpenSSL's own list counts, then. */
    private static @Nullable List<String> list(
            String what, int command, String @Nullable [] enabled, List<String> usual, Predicate<String> permitted)
            throws SSLException {
        List<String> wanted = enabled == null ? usual : List.of(enabled);
        List<String> left = wanted.stream().filter(permitted).toList();
        if (enabled == null && left.size() == usual.size()) {
            return null;
        }
        List<String> known = known(command, left);
        if (known.isEmpty()) {
            throw new SSLHandshakeException("Nothing is left of the enabled " + what + "s " + wanted
                    + ": OpenSSL does not know them, or Java's policy does not permit them");
        }
        return known;
    }

    private static String openSslName(int command, String name) {
        return command == SET_GROUPS_LIST ? NamedGroups.openSslName(name) : SignatureSchemes.openSslName(name);
    }

    /** OpenSSL refuses a list for one name that it does not know, or for a second one of the same; we leave it out. */
    private static List<String> known(int command, List<String> names) {
        List<String> known = new ArrayList<>();
        StringBuilder list = new StringBuilder();
        try (NativeHandle spare = ContextHandle.spare();
                Arena arena = Arena.ofConfined()) {
            for (String name : names) {
                String translated = openSslName(command, name);
                String longer = list + (list.isEmpty() ? "" : ":") + translated;
                boolean isOne = !translated.isEmpty() && translated.indexOf(':') < 0;
                if (isOne && LibSslContext.SSL_CTX_ctrl(spare.address(), command, 0, arena.allocateFrom(longer)) == 1) {
                    known.add(name);
                    list.setLength(0);
                    list.append(longer);
                }
            }
        } finally {
            SslError.clear();
        }
        return known;
    }

    /** Makes its suites those that all connections of a context begin with; before the first of them. */
    void prepare(long context) throws SSLException {
        try (Arena arena = Arena.ofConfined()) {
            require(LibSslContext.SSL_CTX_set_ciphersuites(context, arena.allocateFrom(suites13)));
            if (!suites12.isEmpty()) {
                require(LibSslContext.SSL_CTX_set_cipher_list(context, arena.allocateFrom(suites12)));
            }
        }
    }

    /** Says it to OpenSSL for one connection; the suites that its context was prepared with are not said again. */
    void applyTo(long ssl, Offer prepared) throws SSLException {
        LibSsl.SSL_ctrl(ssl, SET_MIN_PROTOCOL, lowest, MemorySegment.NULL);
        LibSsl.SSL_ctrl(ssl, SET_MAX_PROTOCOL, highest, MemorySegment.NULL);
        boolean sameSuites = suites12.equals(prepared.suites12) && suites13.equals(prepared.suites13);
        if (sameSuites && groups == null && schemes == null) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            if (!sameSuites) {
                require(LibSsl.SSL_set_ciphersuites(ssl, arena.allocateFrom(suites13)));
                if (!suites12.isEmpty()) {
                    require(LibSsl.SSL_set_cipher_list(ssl, arena.allocateFrom(suites12)));
                }
            }
            if (groups != null) {
                require(LibSsl.SSL_ctrl(ssl, SET_GROUPS_LIST, 0, arena.allocateFrom(groups)));
            }
            if (schemes != null) {
                require(LibSsl.SSL_ctrl(ssl, SET_SIGNATURE_ALGORITHMS_LIST, 0, arena.allocateFrom(schemes)));
            }
        }
    }

    private void require(long result) throws SSLException {
        if (result != 1) {
            throw new SSLException(
                    "OpenSSL refuses this " + this + ": " + SslError.drain().text());
        }
    }
}

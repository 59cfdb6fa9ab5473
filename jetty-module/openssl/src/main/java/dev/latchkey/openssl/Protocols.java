package dev.latchkey.openssl;

import java.util.List;

/** The protocol versions that are served, by Java's names and OpenSSL's numbers. */
final class Protocols {
    static final String NONE = "NONE";
    static final String TLS_1_2 = "TLSv1.2";
    static final String TLS_1_3 = "TLSv1.3";

    /** All, the best first, as JSSE orders them. */
    static final List<String> SUPPORTED = List.of(TLS_1_3, TLS_1_2);

    private static final int NUMBER_1_2 = 0x0303;
    private static final int NUMBER_1_3 = 0x0304;

    private Protocols() {}

    static int number(String name) {
        return switch (name) {
            case TLS_1_2 -> NUMBER_1_2;
            case TLS_1_3 -> NUMBER_1_3;
            default ->
                throw new IllegalArgumentException(
                        "Unsupported protocol: " + name + "; this provider has " + SUPPORTED);
        };
    }

    static String name(int number) {
        return switch (number) {
            case NUMBER_1_2 -> TLS_1_2;
            case NUMBER_1_3 -> TLS_1_3;
            default -> NONE;
        };
    }
}

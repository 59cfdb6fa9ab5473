package dev.latchkey.openssl;

/**
 * Makes a stack that is nearly full overflow in Java, before a call into OpenSSL and not in an upcall out of it.
 *
 * <p>An error at the entry of an upcall, before any {@code try}, ends the JVM. HotSpot keeps 80 KiB free below each
 * frame of Java's, so what has to be proven besides is only what lies between the call and the upcall: OpenSSL's frames
 * and the first ones of Java. A recursion that uses more than that, and does nothing, either succeeds or throws an
 * ordinary {@code StackOverflowError} while nothing has changed yet. Whatever an upcall runs into further down, in a
 * trust manager perhaps, is caught there. Safe for any thread.
 */
final class StackRoom {
    /** Compiled as well as can be, a level takes some 170 bytes; so 16 KiB, where 4 KiB were seen not to be enough. */
    private static final int LEVELS = 96;

    private StackRoom() {}

    /**
     * To be called before any lock is taken and any state is changed.
     *
     * @throws StackOverflowError if there is no room for a call of OpenSSL's that calls back
     */
    static void require() {
        // That the result is looked at keeps the compiler from leaving the recursion out.
        if (descend(LEVELS, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16) == 0) {
            throw new AssertionError("a sum of positive numbers");
        }
    }

    /** Many arguments, which live over the call, make a frame large for little time. */
    private static long descend(
            int levels,
            long a,
            long b,
            long c,
            long d,
            long e,
            long f,
            long g,
            long h,
            long i,
            long j,
            long k,
            long l,
            long m,
            long n,
            long o,
            long p) {
        return levels == 0
                ? a
                : descend(levels - 1, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)
                        + (a ^ b)
                        + (c ^ d)
                        + (e ^ f)
                        + (g ^ h)
                        + (i ^ j)
                        + (k ^ l)
                        + (m ^ n)
                        + (o ^ p);
    }
}

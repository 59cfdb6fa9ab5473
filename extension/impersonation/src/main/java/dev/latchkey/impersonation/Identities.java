package dev.latchkey.impersonation;

/**
 * Where to begin: the identity of the calling thread, and work that carries it.
 *
 * <pre>{@code
 * try (Identity caller = Identities.current()) {
 *     pool.execute(Identities.wrap(() -> readFiles())); // runs as the caller
 * }
 * }</pre>
 *
 * <p>Static access to the {@linkplain #flow() flow} of this class loader, which has all providers that are found by
 * service file. Any thread.
 */
public final class Identities {
    private Identities() {}

    /** {@return the flow with all providers that the class path has, made at first use} */
    public static IdentityFlow flow() {
        return Installed.FLOW;
    }

    /**
     * {@return what the calling thread carries; "no identity" if it carries none}
     *
     * @throws IdentityException if that cannot be told
     */
    public static Identity current() {
        return flow().current();
    }

    /** {@return "no identity": its work runs clean} */
    public static Identity none() {
        return flow().none();
    }

    /** Made when first asked for, so that a class path without a use for it pays nothing. */
    private static final class Installed {
        static final IdentityFlow FLOW =
                IdentityFlow.builder().installedProviders().build();
    }
}

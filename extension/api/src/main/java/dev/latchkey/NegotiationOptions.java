package dev.latchkey;

import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import javax.net.ssl.X509TrustManager;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * How one negotiation is to be done. What is left open here is decided by the server's configuration; the defaults
 * named below are those of a server that configures nothing.
 *
 * <pre>{@code
 * NegotiationOptions.builder().need().deadline(Duration.ofMinutes(5)).build()
 * }</pre>
 *
 * <p>Immutable; may be kept in a constant and used by any thread.
 */
public final class NegotiationOptions {
    /** Whether an answer without a certificate is good enough. */
    public enum Presence {
        /** The client may answer without a certificate; this is the default. */
        WANT,
        /** No certificate is a failure, {@link Reason#NO_CERTIFICATE}. TLS itself still asks politely. */
        NEED
    }

    /** What to do when the body is larger than may be kept while the client is asked. */
    public enum BodyTooLarge {
        /** Fail with {@link Reason#BODY_TOO_LARGE}; this is the default, and the only choice with {@code NEED}. */
        FAIL,
        /** Do not ask: go on without a certificate, the body untouched. */
        GO_ON_WITHOUT
    }

    /** What to do with a chain that does not validate. */
    public enum Untrusted {
        /** Fail with {@link Reason#UNTRUSTED}, {@link Reason#EXPIRED} or {@link Reason#REVOKED}; the default. */
        FAIL,
        /**
         * Return it, marked as not trusted. Only the returned value shows it: it never becomes a request attribute.
         */
        MARK
    }

    /** The bounds of a time: a clock counts milliseconds, and nobody waits for longer than a day. */
    private static final Duration SHORTEST = Duration.ofMillis(1);

    private static final Duration LONGEST = Duration.ofDays(1);

    private static final NegotiationOptions DEFAULTS = builder().build();

    /** What a server that configures nothing adds, so that nothing is left open. */
    static final NegotiationOptions STANDARD = builder()
            .deadline(Duration.ofSeconds(120))
            .bodyTimeout(Duration.ofSeconds(30))
            .bodyLimit(128 * 1024)
            .build();

    private final @Nullable Duration deadline;
    private final @Nullable Duration bodyTimeout;
    private final @Nullable Long bodyLimit;
    private final Presence presence;
    private final BodyTooLarge bodyTooLarge;
    private final Untrusted untrusted;
    private final boolean fresh;
    private final @Nullable Set<X500Principal> acceptedIssuers;
    private final @Nullable X509TrustManager trustManager;

    private NegotiationOptions(Builder builder) {
        deadline = builder.deadline;
        bodyTimeout = builder.bodyTimeout;
        bodyLimit = builder.bodyLimit;
        presence = builder.presence;
        bodyTooLarge = builder.bodyTooLarge;
        untrusted = builder.untrusted;
        fresh = builder.fresh;
        acceptedIssuers = builder.acceptedIssuers;
        trustManager = builder.trustManager;
    }

    /** {@return options that leave everything to the server's configuration: want, 120 s, 128 KiB} */
    public static NegotiationOptions defaults() {
        return DEFAULTS;
    }

    /** {@return a builder that starts from {@link #defaults()}} */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * {@return these options, with what they leave open taken from others}
     *
     * @param others where to take it from
     */
    public NegotiationOptions withDefaults(NegotiationOptions others) {
        Builder filled = new Builder();
        filled.deadline = deadline != null ? deadline : others.deadline;
        filled.bodyTimeout = bodyTimeout != null ? bodyTimeout : others.bodyTimeout;
        filled.bodyLimit = bodyLimit != null ? bodyLimit : others.bodyLimit;
        filled.presence = presence;
        filled.bodyTooLarge = bodyTooLarge;
        filled.untrusted = untrusted;
        filled.fresh = fresh;
        filled.acceptedIssuers = acceptedIssuers;
        filled.trustManager = trustManager;
        return new NegotiationOptions(filled);
    }

    /** {@return how long the client may take to answer, once it is asked; empty for the server's value, 120 s} */
    public Optional<Duration> deadline() {
        return Optional.ofNullable(deadline);
    }

    /** {@return how long the rest of the body may take to arrive; empty for the server's value, 30 s} */
    public Optional<Duration> bodyTimeout() {
        return Optional.ofNullable(bodyTimeout);
    }

    /** {@return how many bytes of body may be kept; empty for the server's value, 131,072} */
    public OptionalLong bodyLimit() {
        return bodyLimit == null ? OptionalLong.empty() : OptionalLong.of(bodyLimit);
    }

    /** {@return whether a certificate is needed or wanted} */
    public Presence presence() {
        return presence;
    }

    /** {@return what to do when the body is too large} */
    public BodyTooLarge bodyTooLarge() {
        return bodyTooLarge;
    }

    /** {@return what to do with a chain that does not validate} */
    public Untrusted untrusted() {
        return untrusted;
    }

    /** {@return whether a new signature is wanted although a certificate is there} */
    public boolean isFresh() {
        return fresh;
    }

    /** {@return the authorities to name to the client; empty for those of the trust manager} */
    public Optional<Set<X500Principal>> acceptedIssuers() {
        return Optional.ofNullable(acceptedIssuers);
    }

    /** {@return what validates the chain; empty for the connector's own trust} */
    public Optional<X509TrustManager> trustManager() {
        return Optional.ofNullable(trustManager);
    }

    /** Builds {@link NegotiationOptions}. For one thread. */
    public static final class Builder {
        private @Nullable Duration deadline;
        private @Nullable Duration bodyTimeout;
        private @Nullable Long bodyLimit;
        private Presence presence = Presence.WANT;
        private BodyTooLarge bodyTooLarge = BodyTooLarge.FAIL;
        private Untrusted untrusted = Untrusted.FAIL;
        private boolean fresh;
        private @Nullable Set<X500Principal> acceptedIssuers;
        private @Nullable X509TrustManager trustManager;

        private Builder() {}

        /**
         * Sets how long the client may take to answer, from the moment at which it is asked. A person may have to find
         * a card and type a PIN. A client that dribbles bytes does not extend it.
         *
         * <p>The same deadline bounds the validation of the chain, which may look revocation up on the network: of what the
         * client answers, in what is left of the time; of a chain that a resumed TLS session brought along, from the call
         * on. When it passes there, the call fails with {@link Reason#VALIDATION_TIMEOUT}. It does not bound the first
         * handshake itself, in which the TLS engine validates by its own rules.
         *
         * @param deadline from one millisecond to one day
         * @return this
         */
        public Builder deadline(Duration deadline) {
            this.deadline = bounded(deadline, "deadline");
            return this;
        }

        /**
         * Sets how long the rest of the body may take to arrive, before the client is asked. Apart from the deadline,
         * so that a slow honest upload does not eat it and a dribbled one does not extend it. What comes at the server's
         * {@code latchkey.minBodyDataRate} or faster may take longer.
         *
         * @param bodyTimeout from one millisecond to one day
         * @return this
         */
        public Builder bodyTimeout(Duration bodyTimeout) {
            this.bodyTimeout = bounded(bodyTimeout, "bodyTimeout");
            return this;
        }

        /**
         * Sets how many bytes of body may be kept while the client is asked.
         *
         * @param bytes zero ("only without a body") or more
         * @return this
         */
        public Builder bodyLimit(long bytes) {
            if (bytes < 0) {
                throw new IllegalArgumentException("bodyLimit is " + bytes + "; it must be 0 or more bytes");
            }
            this.bodyLimit = bytes;
            return this;
        }

        /**
         * Makes an answer without a certificate a failure.
         *
         * @return this
         */
        public Builder need() {
            return presence(Presence.NEED);
        }

        /**
         * Makes an answer without a certificate a result.
         *
         * @return this
         */
        public Builder want() {
            return presence(Presence.WANT);
        }

        /**
         * Sets whether a certificate is needed or wanted.
         *
         * @param presence which
         * @return this
         */
        public Builder presence(Presence presence) {
            this.presence = presence;
            return this;
        }

        /**
         * Sets what to do when the body is larger than the limit.
         *
         * @param bodyTooLarge what to do
         * @return this
         */
        public Builder bodyTooLarge(BodyTooLarge bodyTooLarge) {
            this.bodyTooLarge = bodyTooLarge;
            return this;
        }

        /**
         * Sets what to do with a chain that does not validate.
         *
         * @param untrusted what to do
         * @return this
         */
        public Builder untrusted(Untrusted untrusted) {
            this.untrusted = untrusted;
            return this;
        }

        /**
         * Asks for a new signature even when a certificate is there: proof that the key is at hand now.
         *
         * @return this
         */
        public Builder fresh() {
            this.fresh = true;
            return this;
        }

        /**
         * Sets the authorities that the client is told of, so that its user is offered fitting certificates only. The
         * chain must then also lead to one of them: on a path of verified signatures, from the client's own certificate up
         * to an authority that the trust manager accepts ({@link X509TrustManager#getAcceptedIssuers()}), one of them must
         * have issued a certificate. What the client sent besides does not count.
         *
         * @param issuers the authorities' names; empty asks for any and requires none
         * @return this
         */
        public Builder acceptedIssuers(Collection<X500Principal> issuers) {
            this.acceptedIssuers = Set.copyOf(issuers);
            return this;
        }

        /**
         * Sets what validates the chain instead of the connector's trust store. A chain that it accepts is trusted for
         * calls with the same trust manager (the same object) and host only; other requests of the connection see it
         * only if the connector's own trust accepts it too.
         *
         * @param trustManager called on a thread of Latchkey's own, of which there are few; nobody waits for it beyond the
         *     deadline
         * @return this
         */
        public Builder trustManager(X509TrustManager trustManager) {
            this.trustManager = trustManager;
            return this;
        }

        /**
         * {@return the options}
         *
         * @throws IllegalStateException if a certificate is needed and a body too large shall go on without
         */
        public NegotiationOptions build() {
            if (presence == Presence.NEED && bodyTooLarge == BodyTooLarge.GO_ON_WITHOUT) {
                throw new IllegalStateException("NEED and GO_ON_WITHOUT contradict each other; choose WANT or FAIL");
            }
            return new NegotiationOptions(this);
        }

        private static Duration bounded(Duration value, String name) {
            if (value.compareTo(SHORTEST) < 0 || value.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException(
                        name + " is " + value + "; it must be from one millisecond to one day");
            }
            return value;
        }
    }
}

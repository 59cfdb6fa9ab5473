package dev.latchkey.impersonation.http;

import org.jspecify.annotations.Nullable;

/**
 * Windows' Negotiate, with the credentials of the access token that the calling thread carries.
 *
 * <p>The server must prove itself in its one answer, which Kerberos does and NTLM cannot: that is refused. Owns a
 * credential and a context, and gives both back once, on every path. Threads as {@link NegotiateExchange}.
 */
final class SspiExchange implements NegotiateExchange {
    static final int DELEGATE = 0x1;
    static final int MUTUAL_AUTH = 0x2;
    static final int OK = 0;
    static final int CONTINUE_NEEDED = 0x00090312;

    private final SspiCalls calls;
    private final String target;
    private final int requirements;
    private final Object credential;
    private @Nullable Object context;
    private byte[] first = {};
    private boolean closed;

    private SspiExchange(SspiCalls calls, String target, int requirements, Object credential) {
        this.calls = calls;
        this.target = target;
        this.requirements = requirements;
        this.credential = credential;
    }

    /**
     * Begins an exchange as whoever the calling thread acts for.
     *
     * @param host the server's name, as the domain knows it
     * @param delegate whether the server may act as the user further on
     * @throws NegotiateException if there is no token to be had
     */
    static SspiExchange open(SspiCalls calls, String host, boolean delegate) {
        String target = "HTTP/" + host;
        int requirements = delegate ? MUTUAL_AUTH | DELEGATE : MUTUAL_AUTH;
        SspiExchange exchange;
        try {
            exchange = new SspiExchange(calls, target, requirements, calls.acquire());
        } catch (SspiException e) {
            throw refused(host, e);
        }
        try {
            SspiCalls.Leg leg = exchange.leg(null);
            if (leg.token().length == 0) {
                throw new SspiException("InitializeSecurityContext gave no token", leg.status());
            }
            exchange.first = leg.token();
            return exchange;
        } catch (SspiException e) {
            exchange.close();
            throw refused(host, e);
        } catch (RuntimeException | Error e) {
            exchange.close();
            throw e;
        }
    }

    private static NegotiateException refused(String host, SspiException e) {
        NegotiateFailure why =
                e.status() == SspiException.NO_CREDENTIALS ? NegotiateFailure.NO_CREDENTIAL : NegotiateFailure.REFUSED;
        return new NegotiateException(why, host + ": " + e.getMessage(), e);
    }

    private SspiCalls.Leg leg(byte @Nullable [] fromServer) {
        SspiCalls.Leg leg = calls.initialize(credential, context, target, requirements, fromServer);
        if (leg.context() != null) {
            context = leg.context();
        }
        if (leg.status() != OK && leg.status() != CONTINUE_NEEDED) {
            throw new SspiException("InitializeSecurityContext", leg.status());
        }
        return leg;
    }

    @Override
    public byte[] first() {
        return first;
    }

    @Override
    public void finish(byte[] fromServer) {
        try {
            SspiCalls.Leg leg = leg(fromServer);
            if (leg.status() != OK || leg.token().length > 0) {
                throw new NegotiateException(NegotiateFailure.SERVER_UNPROVEN, "it wants more, as with NTLM", null);
            }
            if ((leg.attributes() & MUTUAL_AUTH) == 0) {
                throw new NegotiateException(NegotiateFailure.SERVER_UNPROVEN, "without a key of its own", null);
            }
        } catch (SspiException e) {
            throw new NegotiateException(NegotiateFailure.SERVER_UNPROVEN, e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (context != null) {
                calls.deleteContext(context);
            }
        } finally {
            calls.freeCredential(credential);
        }
    }
}

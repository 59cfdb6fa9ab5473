package dev.latchkey.impersonation.http;

import com.sun.jna.platform.win32.Secur32;
import com.sun.jna.platform.win32.Sspi;
import com.sun.jna.platform.win32.SspiUtil.ManagedSecBufferDesc;
import com.sun.jna.ptr.IntByReference;
import org.jspecify.annotations.Nullable;

/**
 * {@link SspiCalls} by JNA.
 *
 * <p>Making one loads JNA and all that the calls need, so it is done on a thread that carries no token. Immutable; any
 * thread.
 */
final class JnaSspiCalls implements SspiCalls {
    /** The largest token that Windows makes, by whatever MaxTokenSize. */
    private static final int MOST = 64 * 1024;

    private static final String PACKAGE = "Negotiate";

    private final Secur32 secur;

    private JnaSspiCalls() {
        secur = Secur32.INSTANCE;
        // Each call once, about nothing: Windows says that the handle is none, and JNA has found its function.
        Sspi.CredHandle none = new Sspi.CredHandle();
        Sspi.CtxtHandle nothing = new Sspi.CtxtHandle();
        initialize(none, nothing, "HTTP/localhost", 0, new byte[1]);
        secur.DeleteSecurityContext(nothing);
        secur.FreeCredentialsHandle(none);
        try {
            // As the process and about nobody, so that no domain controller is asked; it is refused, or made and
            // closed.
            SspiExchange.open(new Rehearsed(), "localhost", false).close();
        } catch (NegotiateException e) {
            // What it was for.
        }
    }

    /** Real credentials and no context, so that an exchange lives and fails once. */
    private final class Rehearsed implements SspiCalls {
        @Override
        public Object acquire() {
            return JnaSspiCalls.this.acquire();
        }

        @Override
        public Leg initialize(
                Object credential,
                @Nullable Object context,
                String target,
                int requirements,
                byte @Nullable [] fromServer) {
            return new Leg(SspiException.INVALID_HANDLE, 0, new byte[0], null);
        }

        @Override
        public void deleteContext(Object context) {
            throw new IllegalStateException("there is none");
        }

        @Override
        public void freeCredential(Object credential) {
            JnaSspiCalls.this.freeCredential(credential);
        }
    }

    private static final class Holder {
        private static final JnaSspiCalls CALLS = new JnaSspiCalls();
    }

    static SspiCalls get() {
        return Holder.CALLS;
    }

    @Override
    public Object acquire() {
        Sspi.CredHandle credential = new Sspi.CredHandle();
        int status = secur.AcquireCredentialsHandle(
                null, PACKAGE, Sspi.SECPKG_CRED_OUTBOUND, null, null, null, null, credential, new Sspi.TimeStamp());
        if (status != SspiExchange.OK) {
            throw new SspiException("AcquireCredentialsHandle", status);
        }
        return credential;
    }

    @Override
    public Leg initialize(
            Object credential,
            @Nullable Object context,
            String target,
            int requirements,
            byte @Nullable [] fromServer) {
        ManagedSecBufferDesc input =
                fromServer == null ? null : new ManagedSecBufferDesc(Sspi.SECBUFFER_TOKEN, fromServer);
        ManagedSecBufferDesc output = new ManagedSecBufferDesc(Sspi.SECBUFFER_TOKEN, MOST);
        Sspi.CtxtHandle made = context == null ? new Sspi.CtxtHandle() : (Sspi.CtxtHandle) context;
        IntByReference attributes = new IntByReference();
        int status = secur.InitializeSecurityContext(
                (Sspi.CredHandle) credential,
                (Sspi.CtxtHandle) context,
                target,
                requirements,
                0,
                Sspi.SECURITY_NATIVE_DREP,
                input,
                0,
                made,
                output,
                attributes,
                new Sspi.TimeStamp());
        boolean went = status == SspiExchange.OK || status == SspiExchange.CONTINUE_NEEDED;
        byte[] token = went ? output.getBuffer(0).getBytes() : null;
        return new Leg(status, attributes.getValue(), token == null ? new byte[0] : token, made.isNull() ? null : made);
    }

    @Override
    public void deleteContext(Object context) {
        secur.DeleteSecurityContext((Sspi.CtxtHandle) context);
    }

    @Override
    public void freeCredential(Object credential) {
        secur.FreeCredentialsHandle((Sspi.CredHandle) credential);
    }
}

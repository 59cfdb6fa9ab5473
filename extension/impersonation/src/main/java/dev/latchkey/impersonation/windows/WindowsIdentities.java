package dev.latchkey.impersonation.windows;

import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityPart;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Identities that no thread carries yet: an account whose password the application has.
 *
 * <p>Static; any thread.
 */
public final class WindowsIdentities {
    private WindowsIdentities() {}

    /** {@return whether an identity carries an access token} */
    public static boolean hasToken(Identity identity) {
        return identity.part(TokenPart.class) != null;
    }

    /**
     * Logs an account on, to act as it.
     *
     * <p>For accounts of services; a caller's password is no business of the application.
     *
     * @param user account name, or a UPN ({@code name@domain}) with {@code domain} null
     * @param domain domain or machine name, {@code "."} for this machine; null with a UPN
     * @param password the password, or null for built-in and managed service accounts, which have none; it is not kept,
     *     the native copy is erased, and erasing the array is left to the caller
     * @param type which kind of log-on; the account needs the right to it on this machine
     * @return the identity, which the caller owns
     * @throws WindowsTokenException if Windows refuses; {@link WindowsTokenException#error()} tells why
     * @throws IllegalStateException if this process cannot use access tokens
     */
    public static IdentityPart logOn(String user, @Nullable String domain, char @Nullable [] password, LogonType type) {
        return logOn(WindowsCalls::get, user, domain, password, type);
    }

    static TokenPart logOn(
            Supplier<TokenCalls> source,
            String user,
            @Nullable String domain,
            char @Nullable [] password,
            LogonType type) {
        TokenCalls calls = source.get();
        long primary = calls.logOn(user, domain, password, type);
        return TokenPart.andClose(calls, primary, () -> TokenPart.ofPrimaryToken(calls, primary));
    }
}

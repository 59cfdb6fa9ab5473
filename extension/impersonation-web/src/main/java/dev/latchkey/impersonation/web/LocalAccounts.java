package dev.latchkey.impersonation.web;

import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityFlow;
import dev.latchkey.impersonation.linux.LinuxAccount;
import dev.latchkey.impersonation.linux.LinuxIdentity;
import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Maps principals by name to accounts of this system: {@code alice@EXAMPLE.ORG=alice, bob=#21001:21001:22000}.
 *
 * <p>On the left a principal's whole name, or {@code *} for all others; on the right an account's name, or {@code
 * #uid:gid} with any number of groups, or {@code *} for the account of the principal's own name. A name that leads to no
 * account is refused, and so is root. Immutable; any thread.
 */
final class LocalAccounts implements CallerIdentities {
    private static final String ANY = "*";

    private final Map<String, String> accounts;

    private LocalAccounts(Map<String, String> accounts) {
        this.accounts = accounts;
    }

    /** @throws IllegalArgumentException if the text has not this form */
    static LocalAccounts parse(String property, String text) {
        Map<String, String> accounts = new LinkedHashMap<>();
        for (String entry : text.split(",")) {
            if (entry.isBlank()) {
                continue;
            }
            int equals = entry.lastIndexOf('=');
            String name = entry.substring(0, Math.max(equals, 0)).strip();
            String account = entry.substring(equals + 1).strip();
            boolean form = account.startsWith("#") ? account.matches("#\\d{1,10}(:\\d{1,10})+") : !account.isEmpty();
            if (name.isEmpty() || !form || (account.equals(ANY) && !name.equals(ANY))) {
                throw new IllegalArgumentException(property + " takes NAME=ACCOUNT, NAME=#UID:GID[:GROUP]... and *=*,"
                        + " separated by commas; not " + entry.strip());
            }
            accounts.put(name, account);
        }
        return new LocalAccounts(accounts);
    }

    @Override
    public @Nullable Identity of(HttpServletRequest request, IdentityFlow flow) {
        Principal principal = request.getUserPrincipal();
        if (principal == null) {
            return null;
        }
        String account = accounts.getOrDefault(principal.getName(), accounts.get(ANY));
        if (account == null) {
            return null;
        }
        return LinuxIdentity.identity(flow, find(account.equals(ANY) ? principal.getName() : account));
    }

    private static LinuxAccount find(String account) {
        if (account.startsWith("#")) {
            int[] ids = Arrays.stream(account.substring(1).split(":"))
                    .mapToInt(Integer::parseUnsignedInt)
                    .toArray();
            return LinuxAccount.of(ids[0], ids[1], Arrays.copyOfRange(ids, 1, ids.length));
        }
        return LinuxAccount.named(account)
                .orElseThrow(() -> new IllegalArgumentException("The system has no account " + account));
    }
}

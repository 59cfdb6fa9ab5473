package dev.latchkey.impersonation.web;

import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityFlow;
import dev.latchkey.impersonation.IdentityPart;
import dev.latchkey.impersonation.linux.LinuxAccount;
import dev.latchkey.impersonation.linux.LinuxIdentity;
import dev.latchkey.impersonation.subject.SubjectIdentity;
import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.security.auth.Subject;
import org.jspecify.annotations.Nullable;

/**
 * Maps principals by name to accounts of this system: {@code alice@EXAMPLE.ORG=alice, bob=#21001:21001:22000}.
 *
 * <p>On the left a principal's whole name, or {@code *} for all others; on the right an account's name, or {@code
 * #uid:gid} with any number of groups, or {@code *} for the account of the very name that the principal has. That name is
 * whatever somebody could register: it is looked up and never parsed, and leads to no account of the system's own. Root
 * and the process's own account are nobody's. A principal with a Subject keeps it beside the account. Immutable; any
 * thread.
 */
final class LocalAccounts implements CallerIdentities {
    private static final String ANY = "*";

    /** The accounts of principals that have a line of their own, by name. */
    private final Map<String, Mapping> named;

    private final @Nullable Mapping others;

    private LocalAccounts(Map<String, Mapping> named, @Nullable Mapping others) {
        this.named = named;
        this.others = others;
    }

    /** What is on the right of a line. */
    @FunctionalInterface
    private interface Mapping {
        LinuxAccount accountOf(String principal);
    }

    /** @throws IllegalArgumentException if the text has not this form */
    static LocalAccounts parse(String property, String text) {
        Map<String, Mapping> named = new LinkedHashMap<>();
        Mapping others = null;
        for (String entry : text.split(",")) {
            if (entry.isBlank()) {
                continue;
            }
            int equals = entry.lastIndexOf('=');
            String name = entry.substring(0, Math.max(equals, 0)).strip();
            Mapping mapping = mapping(entry.substring(equals + 1).strip(), name.equals(ANY));
            if (name.isEmpty() || mapping == null) {
                throw new IllegalArgumentException(property + " takes NAME=ACCOUNT, NAME=#UID:GID[:GROUP]... and *=*,"
                        + " separated by commas; not " + entry.strip());
            }
            boolean again = name.equals(ANY) ? others != null : named.put(name, mapping) != null;
            if (again) {
                throw new IllegalArgumentException(property + " has two accounts of " + name);
            }
            if (name.equals(ANY)) {
                others = mapping;
            }
        }
        return new LocalAccounts(named, others);
    }

    /** {@return how the right side of a line is to be understood; null if it cannot be} */
    private static @Nullable Mapping mapping(String account, boolean ofAnyone) {
        if (account.startsWith("#")) {
            LinuxAccount fixed = byNumbers(account.substring(1));
            return fixed == null ? null : principal -> fixed;
        }
        if (account.equals(ANY)) {
            return ofAnyone ? LocalAccounts::ofThatName : null;
        }
        return account.isEmpty() ? null : principal -> byName(account);
    }

    private static @Nullable LinuxAccount byNumbers(String text) {
        if (!text.matches("\\d{1,10}(:\\d{1,10})+")) {
            return null;
        }
        long[] ids = Arrays.stream(text.split(":")).mapToLong(Long::parseLong).toArray();
        // The largest means "no change" to the kernel.
        if (ids[0] == 0 || Arrays.stream(ids).anyMatch(id -> id >= 0xffff_ffffL)) {
            return null;
        }
        int[] numbers = Arrays.stream(ids).mapToInt(id -> (int) id).toArray();
        return LinuxAccount.of(numbers[0], numbers[1], Arrays.copyOfRange(numbers, 1, numbers.length));
    }

    /** {@return the administrator's choice, whichever it is} */
    private static LinuxAccount byName(String account) {
        return LinuxAccount.named(account)
                .orElseThrow(() -> new RefusedCallerException("The system has no account " + account, null));
    }

    /** The caller's choice, if callers may choose their names. */
    private static LinuxAccount ofThatName(String principal) {
        // Some sources of accounts find what is not written alike; then two principals would be one account.
        Optional<LinuxAccount> found =
                LinuxAccount.named(principal).filter(account -> account.name().equals(principal));
        if (found.isEmpty()) {
            throw new RefusedCallerException("The system has no account of the caller's name", null);
        }
        if (found.get().isOfSystem()) {
            throw new RefusedCallerException(
                    "The account of the caller's name, " + principal
                            + ", is one of the system's own: it is a caller's by a line of its own only",
                    null);
        }
        return found.get();
    }

    @Override
    public @Nullable Identity of(HttpServletRequest request, IdentityFlow flow) {
        Principal principal = request.getUserPrincipal();
        String name = principal == null ? null : principal.getName();
        if (principal == null || name == null) {
            return null;
        }
        Mapping mapping = named.getOrDefault(name, others);
        if (mapping == null) {
            return null;
        }
        IdentityPart account = part(flow, mapping.accountOf(name));
        Subject subject = SubjectPrincipals.subject(principal);
        return subject == null ? flow.of(account) : flow.of(account, SubjectIdentity.part(subject));
    }

    private static IdentityPart part(IdentityFlow flow, LinuxAccount account) {
        LinuxIdentity provider = flow.provider(LinuxIdentity.class);
        try {
            return provider.part(account);
        } catch (IllegalArgumentException e) {
            throw new RefusedCallerException(String.valueOf(e.getMessage()), e);
        }
    }
}

package dev.latchkey.impersonation.linux;

import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityFlow;
import dev.latchkey.impersonation.IdentityPart;
import dev.latchkey.impersonation.ThreadIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Makes a thread an account of Linux: for files, or for everything.
 *
 * <p>{@linkplain Reach#FILES For files} a thread gets the account's groups and its effective ids, by which the kernel
 * decides about files and most else. The real ids stay the process's, so that the account's own processes may not send it
 * signals (they may lower its priority while it carries them). Two things go by the real ids. access(2) answers for the
 * process: {@code Files.isReadable}, {@code isWritable}, {@code isExecutable} and {@code File.canRead} are wrong, and
 * {@code exists} may be; open the file instead. And a child process can make itself the process's again, in the groups of
 * the account; a shell does so by itself, and has all capabilities if the process is root. Start one of the process's by
 * {@code flow.none().call(builder::start)}.
 * {@linkplain Reach#EVERYTHING For everything} the real ids are the account's too, so that access(2) is right and a child
 * process is the account's for good; the price is that other processes of that account may send signals to this one.
 * Either way no capability is in effect, and none passes to a child process of one that is not root.
 *
 * <p>The process needs CAP_SETUID and CAP_SETGID: as root, or as any account that was given them. What is brought back
 * are the ids, groups and capabilities that the process had. From its first change of ids on, the kernel writes no core of
 * the process and shows its {@code /proc/self/environ} and the like to root alone. Any thread.
 */
public final class LinuxIdentity implements ThreadIdentity {
    /** The system property that sets the reach of the installed provider. */
    public static final String REACH_PROPERTY = "dev.latchkey.impersonation.linux.reach";

    private static final String NAME = "linux";
    private static final int NOBODY = 65534;

    /** How far an account reaches. */
    public enum Reach {
        /** For files, and what else the kernel decides by effective ids; the default. */
        FILES,
        /** For files, signals, child processes and whatever else asks for a user. */
        EVERYTHING
    }

    private final Reach reach;

    /** What the process is; set once, before any use. */
    private volatile @Nullable ThreadCredentials process;

    /**
     * For the service file: the reach is that of the system property.
     *
     * @throws IllegalArgumentException if the property has another value than {@code files} or {@code everything}
     */
    public LinuxIdentity() {
        this(configuredReach());
    }

    /** @param reach how far the accounts reach */
    public LinuxIdentity(Reach reach) {
        this.reach = reach;
    }

    private static Reach configuredReach() {
        String value = System.getProperty(REACH_PROPERTY, "files");
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "files" -> Reach.FILES;
            case "everything" -> Reach.EVERYTHING;
            default ->
                throw new IllegalArgumentException(
                        "System property " + REACH_PROPERTY + " takes files or everything, not " + value);
        };
    }

    /**
     * {@return an identity of this account and nothing else}
     *
     * @throws dev.latchkey.impersonation.IdentityException if the flow has no such provider, with the reason
     * @throws IllegalArgumentException as for {@link #part}
     */
    public static Identity identity(IdentityFlow flow, LinuxAccount account) {
        return flow.of(flow.provider(LinuxIdentity.class).part(account));
    }

    /**
     * {@return a part of this account, for {@link IdentityFlow#of}}
     *
     * @throws IllegalArgumentException if the account is root or the process's own, or no account can have its ids:
     *     none of these is ever a user's identity, but a wrong mapping
     */
    public IdentityPart part(LinuxAccount account) {
        ThreadCredentials own = process();
        if (account.uid() == 0) {
            throw new IllegalArgumentException(
                    "Root is not an identity to be carried; map the user to another account");
        }
        if (own.have(account.uid())) {
            throw new IllegalArgumentException("The account of the process itself, "
                    + Integer.toUnsignedString(account.uid())
                    + ", is not an identity to be carried; map the user to another account");
        }
        // To the kernel it means "leave it as it is".
        if (account.uid() == -1 || account.gid() == -1 || account.groups().contains(-1)) {
            throw new IllegalArgumentException("No account has the id 4294967295");
        }
        return new LinuxPart(reach == Reach.FILES ? own.forFiles(account) : own.forEverything(account), account.name());
    }

    private ThreadCredentials process() {
        ThreadCredentials own = process;
        if (own == null) {
            throw new IllegalStateException("The provider is not started");
        }
        return own;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean isInherited() {
        return true;
    }

    @Override
    public @Nullable String unavailable() {
        if (!System.getProperty("os.name", "").equals("Linux")) {
            return "this is not Linux";
        }
        try {
            Class.forName("com.sun.jna.Native", false, LinuxIdentity.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            return "net.java.dev.jna:jna is not on the class path";
        }
        if (!SystemCalls.known()) {
            return "its system calls are known on x86-64 and aarch64, not on " + System.getProperty("os.arch");
        }
        ThreadCredentials own = ofProcess();
        if (!own.canInherit()) {
            return "the process has inheritable capabilities that it does not have itself, and that a thread could not"
                    + " take out again (systemd: AmbientCapabilities alone; setpriv: --inh-caps with --ambient-caps)";
        }
        if (!own.canChangeIds()) {
            return "the process lacks CAP_SETUID or CAP_SETGID; run it as root, or give its account both"
                    + " (systemd: AmbientCapabilities=CAP_SETUID CAP_SETGID)";
        }
        if (groupsAreFixed()) {
            return "this user namespace does not let a thread put its groups away (/proc/self/setgroups is deny)";
        }
        return null;
    }

    /** In a user namespace that an ordinary account made for itself, groups cannot be put away. */
    private static boolean groupsAreFixed() {
        try {
            return Files.readString(Path.of("/proc/self/setgroups")).strip().equals("deny");
        } catch (IOException e) {
            // A kernel without namespaces of users.
            return false;
        }
    }

    /** {@return what the process is: what its first thread carries, which runs no Java, whatever the caller carries} */
    private static ThreadCredentials ofProcess() {
        try {
            return ThreadCredentials.parse(Files.readAllLines(Path.of("/proc/self/status")));
        } catch (IOException e) {
            throw new IllegalStateException("Cannot read /proc/self/status: is /proc mounted?", e);
        }
    }

    @Override
    public void start() {
        ThreadCredentials own = ofProcess();
        process = own;
        // Whatever is to be loaded for a change of ids is loaded by one that changes nothing.
        own.apply();
        own.revert();
        verify(null);
        OwnMemory.close();
        // The C library opens its sources of accounts when it is first asked, and must not do so as a user.
        AccountDatabase.byId(0);
    }

    @Override
    public IdentityPart rehearsal() {
        int other = process().have(NOBODY) ? NOBODY - 1 : NOBODY;
        return part(LinuxAccount.of(other, other, other));
    }

    @Override
    public @Nullable IdentityPart capture() {
        return process().areCarried() ? null : new LinuxPart(SystemCalls.read(), null);
    }

    @Override
    public void apply(@Nullable IdentityPart part) {
        credentials(part).apply();
    }

    @Override
    public void revert(@Nullable IdentityPart before) {
        credentials(before).revert();
    }

    @Override
    public void verify(@Nullable IdentityPart part) {
        ThreadCredentials wanted = credentials(part);
        if (!wanted.areCarried()) {
            throw new IllegalStateException("the thread is " + SystemCalls.read() + ", and should be " + wanted);
        }
    }

    private ThreadCredentials credentials(@Nullable IdentityPart part) {
        return part == null ? process() : ((LinuxPart) part).credentials();
    }

    /** What a thread is, or shall be. */
    private record LinuxPart(
            ThreadCredentials credentials, @Nullable String account) implements IdentityPart {
        @Override
        public String provider() {
            return NAME;
        }

        @Override
        public Object key() {
            return credentials.key();
        }

        @Override
        public String toString() {
            return account == null ? credentials.key().toString() : account + ", " + credentials.key();
        }
    }
}

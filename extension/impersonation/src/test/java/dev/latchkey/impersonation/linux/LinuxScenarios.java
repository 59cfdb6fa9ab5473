package dev.latchkey.impersonation.linux;

import static dev.latchkey.impersonation.linux.KernelFacts.ALL;
import static dev.latchkey.impersonation.linux.KernelFacts.capabilities;
import static dev.latchkey.impersonation.linux.KernelFacts.check;
import static dev.latchkey.impersonation.linux.KernelFacts.id;
import static dev.latchkey.impersonation.linux.KernelFacts.lines;
import static dev.latchkey.impersonation.linux.KernelFacts.run;
import static dev.latchkey.impersonation.linux.KernelFacts.status;

import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityException;
import dev.latchkey.impersonation.IdentityFlow;
import dev.latchkey.impersonation.ImpersonatingExecutorService;
import dev.latchkey.impersonation.linux.LinuxIdentity.Reach;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;

/**
 * What is to hold on a real kernel; each method with a name that begins with "it" is one claim. A process of its own, so
 * that it can have groups and capabilities of its own; its class path is closed to the users it acts for, so that a
 * class loaded as one of them is an error.
 */
public final class LinuxScenarios {
    static final int ALICE = 21001;
    static final int BOB = 21002;
    static final int TEAM = 22000;
    static final int GROUP_OF_PROCESS = 22024;

    private final Path directory;
    private final IdentityFlow flow = IdentityFlow.builder()
            .provider(new LinuxIdentity(Reach.FILES))
            .onLostThread((thread, failure) -> failure.printStackTrace())
            .build();
    private final IdentityFlow everything = IdentityFlow.builder()
            .provider(new LinuxIdentity(Reach.EVERYTHING))
            .onLostThread((thread, failure) -> failure.printStackTrace())
            .build();
    private final ImpersonatingExecutorService pool = flow.newFixedThreadPool(2, "worker-");
    private final List<String> own = status(Path.of("/proc/self/status"));

    private LinuxScenarios(Path directory) {
        this.directory = directory;
    }

    /** @param arguments the directory of the test's files, then the claims in their order */
    public static void main(String[] arguments) {
        LinuxScenarios scenarios = new LinuxScenarios(Path.of(arguments[0]));
        for (String name : Arrays.asList(arguments).subList(1, arguments.length)) {
            scenarios.say(name);
        }
        // The pools' threads are daemons.
    }

    static List<String> names() {
        return Arrays.stream(LinuxScenarios.class.getDeclaredMethods())
                .map(Method::getName)
                .filter(name -> name.startsWith("it"))
                .sorted()
                .toList();
    }

    private void say(String name) {
        String outcome;
        try {
            LinuxScenarios.class.getDeclaredMethod(name).invoke(this);
            check("the main thread afterwards", own, status(Path.of("/proc/thread-self/status")));
            outcome = "ok";
        } catch (InvocationTargetException e) {
            outcome = trace(e.getCause());
        } catch (Throwable e) {
            outcome = trace(e);
        }
        System.out.println("CLAIM " + name + " " + outcome.replace("\n", "\\n"));
    }

    private static String trace(Throwable e) {
        StringWriter text = new StringWriter();
        e.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private Identity alice() {
        return LinuxIdentity.identity(flow, LinuxAccount.of(ALICE, ALICE, ALICE, TEAM));
    }

    private Identity bob() {
        return LinuxIdentity.identity(flow, LinuxAccount.of(BOB, BOB, BOB));
    }

    private <T> T onPool(Identity identity, Callable<T> work) throws Exception {
        Future<T> future = identity.call(() -> pool.submit(work));
        return future.get();
    }

    void itCreatesFilesOnAPoolThreadThatBelongToTheUser() throws Exception {
        Path file = directory.resolve("made-by-alice-" + System.nanoTime());
        try (Identity alice = alice()) {
            onPool(alice, () -> Files.writeString(file, "hello"));
        }
        check("owner", ALICE, Files.getAttribute(file, "unix:uid"));
        check("group", ALICE, Files.getAttribute(file, "unix:gid"));
    }

    void itIsRefusedAnothersPrivateFile() throws Exception {
        try (Identity alice = alice();
                Identity bob = bob()) {
            refusedFile(alice, "secret-of-bob");
            check("what bob reads", "secret", onPool(bob, () -> Files.readString(directory.resolve("secret-of-bob"))));
        }
    }

    void itLosesTheGroupsOfTheProcess() throws Exception {
        try (Identity alice = alice()) {
            refusedFile(alice, "of-the-group-of-the-process");
        }
    }

    void itHasTheGroupsOfTheUser() throws Exception {
        try (Identity alice = alice();
                Identity bob = bob()) {
            check("text", "secret", onPool(alice, () -> Files.readString(directory.resolve("of-the-team"))));
            refusedFile(bob, "of-the-team");
        }
    }

    private void refusedFile(Identity identity, String name) throws Exception {
        boolean refused = onPool(identity, () -> {
            try {
                Files.readString(directory.resolve(name));
                return false;
            } catch (AccessDeniedException e) {
                return true;
            }
        });
        check(name + " is refused to " + identity, true, refused);
    }

    void itLeavesEveryWorkerAsTheProcess() throws Exception {
        try (Identity alice = alice()) {
            for (int i = 0; i < 20; i++) {
                onPool(alice, () -> true);
            }
        }
        for (int i = 0; i < 20; i++) {
            check("a worker", own, onPool(flow.none(), () -> status(Path.of("/proc/thread-self/status"))));
        }
    }

    void itRestoresAnOuterUser() throws Exception {
        try (Identity alice = alice();
                Identity bob = bob()) {
            alice.run(() -> {
                check("outer", ALICE, SystemCalls.read().key().uid());
                bob.run(() -> check("inner", BOB, SystemCalls.read().key().uid()));
                check("outer again", ALICE, SystemCalls.read().key().uid());
                flow.none().run(() -> check("nobody", own, status(Path.of("/proc/thread-self/status"))));
            });
        }
    }

    void itStartsCleanWorkersThoughAUserStartsThem() throws Exception {
        try (Identity alice = alice()) {
            ImpersonatingExecutorService late = alice.call(() -> flow.newFixedThreadPool(1, "late-"));
            check(
                    "ours",
                    own,
                    flow.none()
                            .call(() -> late.submit(() -> status(Path.of("/proc/thread-self/status"))))
                            .get());
            late.shutdown();
            // What is guarded against: a stock pool's worker inherits the user, for life. Java asks nobody here.
            ExecutorService stock =
                    Executors.newSingleThreadExecutor(work -> new Thread(null, work, "stock", 0, false));
            alice.run(() -> stock.execute(() -> {}));
            check(
                    "a stock worker",
                    ALICE,
                    stock.submit(() -> SystemCalls.read().key().uid()).get());
            check(
                    "a guarded task of nobody on it",
                    own,
                    stock.submit(flow.none().wrapCallable(() -> status(Path.of("/proc/thread-self/status"))))
                            .get());
            check(
                    "the worker afterwards",
                    own,
                    stock.submit(() -> status(Path.of("/proc/thread-self/status")))
                            .get());
            stock.shutdown();
            if (flow.statistics().washed() == 0) {
                throw new AssertionError("the worker that was cleaned is not counted");
            }
        }
    }

    /** The one way back that is left to it: the real id. */
    void itStartsChildProcessesWithTheRealIdOfTheProcessWhenItIsForFiles() throws Exception {
        try (Identity alice = alice()) {
            check("real uid", id(own), onPool(alice, () -> run("id", "-ru")));
            check("effective uid", "" + ALICE, onPool(alice, () -> run("id", "-u")));
        }
    }

    /** As the class comment of LinuxIdentity says for those that are to be the process's own. */
    void itStartsAChildProcessOfTheProcessInItsOwnGroups() throws Exception {
        List<String> ownLines = lines(Path.of("/proc/self/status"), ALL);
        for (IdentityFlow each : List.of(flow, everything)) {
            try (Identity alice = LinuxIdentity.identity(each, LinuxAccount.of(ALICE, ALICE, ALICE, TEAM))) {
                check(
                        "child",
                        ownLines,
                        alice.call(() -> each.none().call(() -> childStatus()))
                                .lines()
                                .toList());
            }
        }
    }

    /** A capability that its file gives nobody: what a child has it can only have been passed. */
    void itPassesNoCapabilityToAChildProcess() throws Exception {
        String none = "CapInh:\t0000000000000000,CapEff:\t0000000000000000,CapAmb:\t0000000000000000";
        for (IdentityFlow each : List.of(flow, everything)) {
            try (Identity alice = LinuxIdentity.identity(each, LinuxAccount.of(ALICE, ALICE))) {
                String child = alice.call(() -> childStatus())
                        .lines()
                        .filter(line -> line.matches("Cap(Inh|Eff|Amb):.*"))
                        .collect(Collectors.joining(","));
                check("child", none, child);
            }
        }
    }

    void itStartsNoChildProcessThatBecomesMoreThanTheUserWhenItIsForEverything() throws Exception {
        try (Identity alice = LinuxIdentity.identity(everything, LinuxAccount.of(ALICE, ALICE, ALICE, TEAM))) {
            for (String more :
                    List.of("--reuid=0", "--reuid=" + id(own), "--regid=" + GROUP_OF_PROCESS, "--ruid=" + BOB)) {
                String said = alice.call(() -> run("setpriv", more, "--keep-groups", "id"));
                check(more + " is refused: " + said, true, said.contains("not permitted"));
            }
            String said = alice.call(() -> run("setpriv", "--groups=" + GROUP_OF_PROCESS, "id"));
            check("groups are refused: " + said, true, said.contains("not permitted"));
            check(
                    "permitted",
                    "CapPrm:\t0000000000000000",
                    alice.call(() -> childStatus())
                            .lines()
                            .filter(line -> line.startsWith("CapPrm"))
                            .findFirst()
                            .orElseThrow());
        }
    }

    private static String childStatus() throws Exception {
        return run("grep", "-E", ALL, "/proc/self/status");
    }

    void itStartsChildProcessesAsTheUserWhenItIsForEverything() throws Exception {
        try (Identity alice = LinuxIdentity.identity(everything, LinuxAccount.of(ALICE, ALICE, ALICE, TEAM))) {
            check("uid", "" + ALICE, alice.call(() -> run("id", "-u")));
            check("real uid", "" + ALICE, alice.call(() -> run("id", "-ru")));
            check("groups", ALICE + " " + TEAM, alice.call(() -> run("id", "-G")));
        }
    }

    /** Each with the value that it has, so that nothing changes where it is not refused. */
    void itIsRefusedTheSettingsOfTheKernel() throws Exception {
        Path setting = Path.of("/proc/sys/vm/swappiness");
        byte[] value = Files.readAllBytes(setting);
        if (id(own).equals("0")) {
            Files.write(setting, value);
        }
        for (IdentityFlow each : List.of(flow, everything)) {
            try (Identity alice = LinuxIdentity.identity(each, LinuxAccount.of(ALICE, ALICE))) {
                check("refused", true, alice.call(() -> {
                    try {
                        Files.write(setting, value);
                        return false;
                    } catch (AccessDeniedException e) {
                        return true;
                    }
                }));
            }
        }
    }

    void itIsTheUserToThePeerOfAUnixSocket() throws Exception {
        Path at = directory.resolve("socket-" + System.nanoTime());
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                Identity alice = alice()) {
            server.bind(UnixDomainSocketAddress.of(at));
            Files.setPosixFilePermissions(at, PosixFilePermissions.fromString("rw-rw-rw-"));
            try (SocketChannel client = alice.call(() -> SocketChannel.open(UnixDomainSocketAddress.of(at)));
                    SocketChannel peer = server.accept()) {
                check("connected", true, client.isConnected());
                UnixDomainPrincipal seen = peer.getOption(ExtendedSocketOptions.SO_PEERCRED);
                check("user", "" + ALICE, seen.user().getName());
                check("group", "" + ALICE, seen.group().getName());
            }
        } finally {
            Files.deleteIfExists(at);
        }
    }

    /** Those that pass by quotas and reserved blocks (CAP_SYS_RESOURCE) among them. */
    void itHasNoCapabilityInEffectForAUser() {
        for (IdentityFlow each : List.of(flow, everything)) {
            try (Identity alice = LinuxIdentity.identity(each, LinuxAccount.of(ALICE, ALICE))) {
                alice.run(() -> {
                    check("effective", 0L, capabilities("CapEff:"));
                    check("inheritable", 0L, capabilities("CapInh:"));
                    check("ambient", 0L, capabilities("CapAmb:"));
                });
            }
        }
    }

    void itPutsAwayAllCapabilitiesWhenItIsForEverything() throws Exception {
        try (Identity alice = LinuxIdentity.identity(everything, LinuxAccount.of(ALICE, ALICE));
                Identity bob = LinuxIdentity.identity(everything, LinuxAccount.of(BOB, BOB))) {
            alice.run(() -> {
                List<String> status = status(Path.of("/proc/thread-self/status"));
                check("effective", 0L, capabilities("CapEff:"));
                check("uid", true, status.get(0).startsWith("Uid:\t" + ALICE + "\t" + ALICE + "\t"));
                bob.run(() -> check("nested", BOB, SystemCalls.read().key().uid()));
                check("again", ALICE, SystemCalls.read().key().uid());
            });
            check("refused", true, alice.<Boolean>call(() -> !Files.isReadable(directory.resolve("secret-of-bob"))));
        }
    }

    void itCapturesWhatOthersPutOnTheThread() throws Exception {
        try (Identity alice = alice();
                IdentityKeeper others = new IdentityKeeper(flow)) {
            alice.run(() -> others.identity = flow.current());
            check("key", alice.key(), Objects.requireNonNull(others.identity).key());
        }
    }

    /** Closes what a lambda made. */
    private static final class IdentityKeeper implements AutoCloseable {
        Identity identity;

        IdentityKeeper(IdentityFlow flow) {
            identity = flow.none();
        }

        @Override
        public void close() {
            identity.close();
        }
    }

    void itCleansUpAfterATaskThatImpersonatedByItself() throws Exception {
        ThreadCredentials now = SystemCalls.read();
        onPool(flow.none(), () -> {
            now.forFiles(LinuxAccount.of(BOB, BOB)).apply();
            return true;
        });
        itLeavesEveryWorkerAsTheProcess();
        check("reported", true, flow.statistics().leftOpen() > 0);
    }

    void itRefusesRootItsOwnAccountAndWhatTheKernelTakesForNoChange() {
        int self = Integer.parseInt(id(own));
        for (LinuxAccount account : List.of(
                LinuxAccount.of(0, ALICE),
                LinuxAccount.of(self, ALICE),
                LinuxAccount.of(-1, ALICE),
                LinuxAccount.of(ALICE, -1),
                LinuxAccount.of(ALICE, ALICE, -1))) {
            for (IdentityFlow each : List.of(flow, everything)) {
                boolean refused = false;
                try {
                    LinuxIdentity.identity(each, account).close();
                } catch (IllegalArgumentException e) {
                    refused = true;
                }
                check(account + " is refused", true, refused);
            }
        }
    }

    void itDoesNotRunATaskWhoseUserTheKernelDoesNotTake() throws Exception {
        int[] tooMany = new int[70_000];
        Arrays.setAll(tooMany, i -> 100_000 + i);
        notRun("LK602", LinuxAccount.of(ALICE, ALICE, tooMany));
    }

    private void notRun(String code, LinuxAccount account) {
        List<String> ran = new ArrayList<>();
        try (Identity wrong = LinuxIdentity.identity(flow, account)) {
            wrong.run(() -> ran.add("ran"));
        } catch (IdentityException e) {
            check("code", code, e.failure().code());
        }
        check("runs", List.of(), ran);
    }

    void itNoticesEachCredentialByItself() {
        LinuxIdentity provider = flow.provider(LinuxIdentity.class);
        ThreadCredentials clean = SystemCalls.read();
        Map<String, Runnable> changes = Map.of(
                "fsuid", () -> SystemCalls.setfsuid(BOB),
                "fsgid", () -> SystemCalls.setfsgid(BOB),
                "another group", () -> SystemCalls.setgroups(new int[] {TEAM}),
                "no group", () -> SystemCalls.setgroups(new int[0]),
                "real uid", () -> SystemCalls.setresuid(new int[] {BOB, -1, -1}),
                "real gid", () -> SystemCalls.setresgid(new int[] {BOB, -1, -1}),
                "effective gid", () -> SystemCalls.setresgid(new int[] {-1, BOB, -1}),
                "ambient", () -> makeAmbient(),
                "capabilities", () -> SystemCalls.capset(3L << 6, capabilities("CapPrm:"), capabilities("CapInh:")));
        check("before", true, provider.capture() == null);
        changes.forEach((what, change) -> {
            change.run();
            boolean noticed = provider.capture() != null && !clean.areCarried();
            clean.revert();
            check(what, true, noticed);
            check("after " + what, true, provider.capture() == null);
        });
    }

    /** Another set than it was: the process has both capabilities ambient, or neither. */
    private static void makeAmbient() {
        long changeIds = 3L << 6;
        SystemCalls.capset(capabilities("CapEff:"), capabilities("CapPrm:"), capabilities("CapInh:") | changeIds);
        SystemCalls.setAmbient(1L << 6, changeIds);
    }

    void itFindsAccountsInTheSystemsDatabase() {
        check("root", 0, LinuxAccount.named("root").orElseThrow().uid());
        check("daemon", "daemon", LinuxAccount.withId(1).orElseThrow().name());
        check(
                "groups of root",
                true,
                LinuxAccount.withId(0).orElseThrow().groups().contains(0));
        check("nobody", Optional.empty(), LinuxAccount.named("no-such-account"));
    }

    void itGivesBackWhatItHeld() {
        check("held", 0L, flow.statistics().held());
        check(
                "lost",
                0L,
                flow.statistics().lostThreads() + everything.statistics().lostThreads());
    }
}

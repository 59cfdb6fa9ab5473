package dev.latchkey.container;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A running server, ended by {@link #close()}.
 *
 * <p>Any thread may use it; deployments are done one after the other.
 */
public final class JettyHomeRun implements AutoCloseable {
    private static final Pattern CONNECTOR =
            Pattern.compile("Started \\S*Connector@\\p{XDigit}+\\{(.+)\\}\\{([^{}]*):(\\d+)\\}");
    private static final Duration GRACE = Duration.ofSeconds(15);

    private final ProcessTree process;
    private final ServerLog log;
    private final HotDeployment deployment;
    private final List<Connector> connectors;

    /** Where a connector listens, and the protocols it speaks, as its log line has them. */
    private record Connector(String protocols, int port) {}

    private JettyHomeRun(ProcessTree process, ServerLog log, HotDeployment deployment) {
        this.process = process;
        this.log = log;
        this.deployment = deployment;
        this.connectors = connectors(log.from(0));
    }

    static JettyHomeRun start(
            List<String> command, Path base, Path logFile, List<String> environments, Duration timeout)
            throws IOException {
        Process started = new ProcessBuilder(command)
                .directory(base.toFile())
                .redirectErrorStream(true)
                .start();
        ProcessTree process = new ProcessTree(started);
        boolean serving = false;
        try {
            started.getOutputStream().close();
            ServerLog log = ServerLog.follow(started.getInputStream(), logFile, "jetty-home-log-" + started.pid());
            log.await(0, line -> line.contains(": Started oejs.Server@"), timeout, "the server's Started line");
            HotDeployment deployment = new HotDeployment(base.resolve("webapps"), log, environments);
            JettyHomeRun run = new JettyHomeRun(process, log, deployment);
            serving = true;
            return run;
        } finally {
            if (!serving) {
                process.end(Duration.ZERO);
            }
        }
    }

    /** {@return the port of the first connector with TLS} */
    public int httpsPort() {
        return port("ssl");
    }

    /** {@return the port of the first connector without TLS, if the {@code http} module is enabled} */
    public int httpPort() {
        return connectors.stream()
                .filter(connector -> !connector.protocols.contains("ssl"))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("No plain connector: " + connectors))
                .port;
    }

    /**
     * Finds a connector.
     *
     * @param protocol as Jetty names it in the connector's list, such as {@code h2}; in any case
     * @return the port of the first connector that has it
     */
    public int port(String protocol) {
        String wanted = protocol.toLowerCase(Locale.ROOT);
        return connectors.stream()
                .filter(connector -> connector.protocols.contains(wanted))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("No connector with " + protocol + ": " + connectors))
                .port;
    }

    /** {@return what the server has logged} */
    public ServerLog log() {
        return log;
    }

    /** {@return the id of the server's process} */
    public long pid() {
        return process.pid();
    }

    /** {@return whether the process lives} */
    public boolean isAlive() {
        return process.isAlive();
    }

    /**
     * Deploys to the first environment, or deploys again; returns when the application is started.
     *
     * @param name the context path without its slash
     * @param war the file, which is copied
     * @throws JettyHomeException if the application does not start, with what the log says about it
     * @throws IOException if the file cannot be copied
     */
    public void deploy(String name, Path war) throws IOException {
        deployment.deploy(name, war);
        awaitMapping(name);
    }

    /** Deploys to another of the base's environments, such as {@code ee9}; else as the two-argument method. */
    public void deploy(String name, Path war, String environment) throws IOException {
        deployment.deploy(name, war, environment);
        awaitMapping(name);
    }

    private void awaitMapping(String name) {
        connectors.stream()
                .map(c -> (c.protocols.contains("ssl") ? "https" : "http") + "://localhost:" + c.port)
                .findFirst()
                .ifPresent(base -> new ContextProbe(base).await(name));
    }

    /**
     * Takes an application away; returns when it is stopped. Without effect for one that is not there.
     *
     * @param name the context path without its slash
     * @throws IOException if it does not stop in time, or the file cannot be deleted
     */
    public void undeploy(String name) throws IOException {
        deployment.undeploy(name);
    }

    /**
     * Stops the server gracefully, and by force after 15 s; no process is left. May be called again.
     *
     * @return whether it stopped without force
     */
    public boolean stop() {
        return process.end(GRACE);
    }

    /** As {@link #stop()}. */
    @Override
    public void close() {
        stop();
    }

    private static List<Connector> connectors(List<String> lines) {
        List<Connector> found = new ArrayList<>();
        for (String line : lines) {
            Matcher matcher = CONNECTOR.matcher(line);
            if (matcher.find()) {
                found.add(new Connector(matcher.group(1).toLowerCase(Locale.ROOT), Integer.parseInt(matcher.group(3))));
            }
        }
        return List.copyOf(found);
    }
}

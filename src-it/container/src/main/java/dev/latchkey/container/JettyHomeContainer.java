package dev.latchkey.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jboss.arquillian.container.spi.client.container.DeployableContainer;
import org.jboss.arquillian.container.spi.client.container.DeploymentException;
import org.jboss.arquillian.container.spi.client.container.LifecycleException;
import org.jboss.arquillian.container.spi.client.protocol.ProtocolDescription;
import org.jboss.arquillian.container.spi.client.protocol.metadata.HTTPContext;
import org.jboss.arquillian.container.spi.client.protocol.metadata.ProtocolMetaData;
import org.jboss.arquillian.container.spi.client.protocol.metadata.Servlet;
import org.jboss.shrinkwrap.api.Archive;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jspecify.annotations.Nullable;

/**
 * The managed Arquillian container: starts a {@link JettyHomeRun}, deploys to it, stops it.
 *
 * <p>Called by Arquillian, one thread at a time.
 */
public class JettyHomeContainer implements DeployableContainer<JettyHomeContainerConfiguration> {
    /** The servlet of arquillian-protocol-servlet-jakarta, by which in-container tests are called. */
    private static final String RUNNER = "ArquillianServletRunnerEE9";

    private @Nullable JettyHomeContainerConfiguration configuration;
    private @Nullable JettyHomeRun run;

    /** Called by Arquillian. */
    public JettyHomeContainer() {}

    @Override
    public Class<JettyHomeContainerConfiguration> getConfigurationClass() {
        return JettyHomeContainerConfiguration.class;
    }

    @Override
    public ProtocolDescription getDefaultProtocol() {
        return new ProtocolDescription("Servlet 5.0");
    }

    @Override
    public void setup(JettyHomeContainerConfiguration given) {
        configuration = given;
    }

    @Override
    public void start() throws LifecycleException {
        if (configuration == null) {
            throw new LifecycleException("The container was not set up");
        }
        try {
            Path base = configuration.base();
            Zips.delete(base);
            run = configuration
                    .describe(JettyHome.at(configuration.home()), base)
                    .start();
        } catch (IOException | IllegalArgumentException e) {
            throw new LifecycleException("jetty-home did not start: " + e.getMessage(), e);
        }
    }

    @Override
    public void stop() {
        if (run != null) {
            run.close();
            run = null;
        }
    }

    @Override
    public ProtocolMetaData deploy(Archive<?> archive) throws DeploymentException {
        JettyHomeRun running = running();
        String name = contextName(archive);
        try {
            Path war = Files.createTempFile(name, ".war");
            try {
                archive.as(ZipExporter.class).exportTo(war.toFile(), true);
                running.deploy(name, war);
            } finally {
                Files.deleteIfExists(war);
            }
        } catch (IOException e) {
            throw new DeploymentException("Could not deploy " + archive.getName() + ": " + e.getMessage(), e);
        }
        HTTPContext context = new HTTPContext("localhost", running.httpsPort(), true);
        return new ProtocolMetaData().addContext(context.add(new Servlet(RUNNER, "/" + name)));
    }

    @Override
    public void undeploy(Archive<?> archive) throws DeploymentException {
        try {
            running().undeploy(contextName(archive));
        } catch (IOException e) {
            throw new DeploymentException("Could not undeploy " + archive.getName() + ": " + e.getMessage(), e);
        }
    }

    private JettyHomeRun running() throws DeploymentException {
        if (run == null) {
            throw new DeploymentException("The server does not run");
        }
        return run;
    }

    private static String contextName(Archive<?> archive) throws DeploymentException {
        String name = archive.getName();
        if (!name.endsWith(".war")) {
            throw new DeploymentException("jetty-home takes web applications, named *.war; this is " + name);
        }
        return name.substring(0, name.length() - ".war".length());
    }
}

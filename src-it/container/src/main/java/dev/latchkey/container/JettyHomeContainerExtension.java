package dev.latchkey.container;

import org.jboss.arquillian.container.spi.client.container.DeployableContainer;
import org.jboss.arquillian.core.spi.LoadableExtension;

/** Tells Arquillian of the container; found by its service file. */
public class JettyHomeContainerExtension implements LoadableExtension {
    /** Called by Arquillian. */
    public JettyHomeContainerExtension() {}

    @Override
    public void register(ExtensionBuilder builder) {
        builder.service(DeployableContainer.class, JettyHomeContainer.class);
    }
}

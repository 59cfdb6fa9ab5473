package dev.latchkey.impersonation.web;

import dev.latchkey.impersonation.Identities;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;

/** Ends the threads of an application's own flow when it is undeployed. Called by the container. */
final class EndOfApplication implements ServletContextListener {
    /** Where the flow is the server's, or that of an embedding program, it outlives the application. */
    static void listenIn(ServletContext context) {
        ClassLoader ours = Identities.class.getClassLoader();
        if (ours == context.getClassLoader() && ours != context.getClass().getClassLoader()) {
            context.addListener(new EndOfApplication());
        }
    }

    @Override
    public void contextDestroyed(ServletContextEvent event) {
        Identities.close();
    }
}

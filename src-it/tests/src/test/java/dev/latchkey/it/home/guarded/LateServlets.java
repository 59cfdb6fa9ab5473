package dev.latchkey.it.home.guarded;

import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;

/** Registers a servlet when everything else of the application is known. */
public class LateServlets implements ServletContextListener {
    @Override
    public void contextInitialized(ServletContextEvent event) {
        event.getServletContext().addServlet("late", new InheritingServlet()).addMapping("/late");
    }
}

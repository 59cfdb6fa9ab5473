package dev.latchkey.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Both ways to use the container: in the web application's class loader, and from outside, over https. */
@ExtendWith(ArquillianExtension.class)
class ArquillianInContainerTest {
    @Deployment
    static WebArchive application() {
        return ShrinkWrap.create(WebArchive.class, "inside.war").addClass(WhereServlet.class);
    }

    @Test
    void runsInTheWebApplication() {
        ClassLoader loader = ArquillianInContainerTest.class.getClassLoader();
        assertTrue(loader.getClass().getName().contains("WebAppClassLoader"), () -> "loaded by " + loader);
        assertEquals(loader, Thread.currentThread().getContextClassLoader());
        assertNull(System.getProperty("latchkey.target"), "this is the server's JVM, not the test's");
    }

    @Test
    @RunAsClient
    void isReachedFromOutsideOverHttps(@ArquillianResource URL url) throws Exception {
        assertEquals("https", url.getProtocol());
        assertEquals("/inside/", url.getPath());
        try (InputStream in = new URL(url, "where").openStream()) {
            String body = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(body.contains("servlet/6.1 https"), body);
        }
    }
}

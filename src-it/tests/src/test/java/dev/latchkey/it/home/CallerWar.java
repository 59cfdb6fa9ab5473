package dev.latchkey.it.home;

import dev.latchkey.it.ServerParts;
import dev.latchkey.it.home.callers.WorkServlet;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.EmptyAsset;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.JavaArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** {@link WorkServlet} and its bean, behind a password, with Weld and what a user puts into WEB-INF/lib. Static. */
final class CallerWar {
    private CallerWar() {}

    /** {@return the file, written to a directory; it leaves to its server whether requests run as their callers} */
    static Path in(Path directory, WebArchive weld) {
        return write(directory, weld.addAsLibrary(classes()), "");
    }

    /** {@return the same, which says so itself} */
    static Path saying(String requests, Path directory, WebArchive weld) {
        return write(directory, weld.addAsLibrary(classes()), """
                  <context-param>
                    <param-name>dev.latchkey.impersonation.requests</param-name>
                    <param-value>%s</param-value>
                  </context-param>
                """.formatted(requests));
    }

    private static JavaArchive classes() {
        // In a jar, and not as files: those would be read as the caller, who may not.
        return ShrinkWrap.create(JavaArchive.class, "classes.jar")
                .addPackage(WorkServlet.class.getPackage())
                .addAsManifestResource(EmptyAsset.INSTANCE, "beans.xml");
    }

    /** {@return an application of nothing but the stock default servlet, over a directory of its users} */
    static Path ofFiles(Path directory, Path files) {
        return write(directory, ShrinkWrap.create(WebArchive.class, "files.war"), """
                  <servlet>
                    <servlet-name>default</servlet-name>
                    <init-param><param-name>baseResource</param-name><param-value>%s</param-value></init-param>
                  </servlet>
                """.formatted(files));
    }

    private static Path write(Path directory, WebArchive weld, String parameter) {
        WebArchive war = weld.setWebXML(new StringAsset("""
                <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="5.0">
                %s
                  <security-constraint>
                    <web-resource-collection>
                      <web-resource-name>all</web-resource-name>
                      <url-pattern>/*</url-pattern>
                    </web-resource-collection>
                    <auth-constraint><role-name>user</role-name></auth-constraint>
                  </security-constraint>
                  <login-config>
                    <auth-method>BASIC</auth-method>
                    <realm-name>Test Realm</realm-name>
                  </login-config>
                  <security-role><role-name>user</role-name></security-role>
                </web-app>
                """.formatted(parameter)));
        Stream.of("latchkey-impersonation.jar", "latchkey-impersonation-web.jar", "jna.jar")
                .forEach(jar -> war.addAsLibrary(ServerParts.part(jar).toFile()));
        return GuardedWar.write(war, directory);
    }
}

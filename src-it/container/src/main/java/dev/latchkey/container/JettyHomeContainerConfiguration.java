package dev.latchkey.container;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jboss.arquillian.container.spi.ConfigurationException;
import org.jboss.arquillian.container.spi.client.container.ContainerConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * What {@code arquillian.xml} may say about the server; each setter is a property of the container's configuration.
 *
 * <pre>{@code
 * <container qualifier="jetty-home" default="true">
 *   <configuration>
 *     <property name="jettyHome">${jetty.home.zip}</property>
 *     <property name="jettyBase">target/base</property>
 *     <property name="overlay">${latchkey.base.zip}</property>
 *     <property name="modules">latchkey</property>
 *     <property name="keyStore">target/pki/keystore.p12</property>
 *     <property name="keyStorePassword">latchkey</property>
 *     <property name="properties">
 *       jetty.ssl.idleTimeout=10000
 *     </property>
 *   </configuration>
 *   <protocol type="Servlet 5.0"><property name="scheme">https</property></protocol>
 * </container>
 * }</pre>
 *
 * <p>In-container tests are called over https: give the test's own JVM a trust store, by
 * {@code javax.net.ssl.trustStore}.
 */
public class JettyHomeContainerConfiguration implements ContainerConfiguration {
    /** Arquillian turns line ends into blanks: a blank ends a value where a name with an equals sign follows. */
    private static final Pattern PROPERTY = Pattern.compile("\\s+(?=[\\w.-]+\\+?=)");

    private @Nullable String jettyHome;
    private @Nullable String jettyBase;
    private @Nullable String overlay;
    private @Nullable String java;
    private @Nullable String keyStore;
    private @Nullable String trustStore;
    private @Nullable String logFile;
    private String keyStorePassword = "";
    private String trustStorePassword = "";
    private String environment = "ee10";
    private String modules = "";
    private String properties = "";
    private String jvmArguments = "";

    /** Checks what has no default. */
    @Override
    public void validate() throws ConfigurationException {
        if (jettyHome == null || jettyBase == null || keyStore == null) {
            throw new ConfigurationException(
                    "The container jetty-home needs jettyHome (zip or directory), jettyBase (a new directory) and keyStore");
        }
        for (String file : Stream.of(jettyHome, overlay, keyStore, trustStore, java)
                .flatMap(Stream::ofNullable)
                .toList()) {
            if (!Files.exists(Path.of(file))) {
                throw new ConfigurationException("The container jetty-home finds no " + file);
            }
        }
    }

    /** Describes the base that this configuration asks for. */
    JettyBase describe(JettyHome home, Path base) {
        JettyBase description = home.base(base)
                .environments(environment)
                .modules(words(modules))
                .jvmArguments(words(jvmArguments));
        if (overlay != null) {
            description.overlay(Path.of(overlay));
        }
        if (java != null) {
            description.java(Path.of(java));
        }
        if (keyStore != null) {
            description.keyStore(Path.of(keyStore), keyStorePassword);
        }
        if (trustStore != null) {
            description.trustStore(Path.of(trustStore), trustStorePassword);
        }
        if (logFile != null) {
            description.logFile(Path.of(logFile));
        }
        for (String line : PROPERTY.split(properties.strip())) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                description.property(
                        line.substring(0, equals).strip(),
                        line.substring(equals + 1).strip());
            } else if (!line.isEmpty()) {
                throw new IllegalArgumentException("Not a name=value in properties: " + line);
            }
        }
        return description;
    }

    private static String[] words(String text) {
        return Arrays.stream(text.split("[,\\s]+"))
                .filter(word -> !word.isEmpty())
                .toArray(String[]::new);
    }

    Path home() {
        return required(jettyHome, "jettyHome");
    }

    Path base() {
        return required(jettyBase, "jettyBase");
    }

    private static Path required(@Nullable String value, String name) {
        if (value == null) {
            throw new IllegalStateException("Not set: " + name);
        }
        return Path.of(value);
    }

    /** Sets the jetty-home: its directory, or its zip, which is unpacked beside itself once. */
    public void setJettyHome(String place) {
        jettyHome = place;
    }

    /** Sets where the JETTY_BASE is made; a directory that is there from an earlier run is deleted first. */
    public void setJettyBase(String directory) {
        jettyBase = directory;
    }

    /** Sets a zip to lay over the base. */
    public void setOverlay(String zip) {
        overlay = zip;
    }

    /** Sets the Java executable to run the server on; by default, what the tests run on. */
    public void setJava(String executable) {
        java = executable;
    }

    /** Sets the server's key store, PKCS #12. */
    public void setKeyStore(String file) {
        keyStore = file;
    }

    /** Sets the password of the key store. */
    public void setKeyStorePassword(String password) {
        keyStorePassword = password;
    }

    /** Sets the server's trust store, PKCS #12. */
    public void setTrustStore(String file) {
        trustStore = file;
    }

    /** Sets the password of the trust store. */
    public void setTrustStorePassword(String password) {
        trustStorePassword = password;
    }

    /** Sets where the server's log goes; by default, {@code logs/server.log} in the base. */
    public void setLogFile(String file) {
        logFile = file;
    }

    /** Sets the environment that is deployed to; {@code ee10} by default. */
    public void setEnvironment(String name) {
        environment = name;
    }

    /** Sets modules to enable besides https and deployment, separated by commas or blanks. */
    public void setModules(String names) {
        modules = names;
    }

    /** Sets properties of the server, {@code name=value}, separated by line ends or blanks. */
    public void setProperties(String lines) {
        properties = lines;
    }

    /** Sets arguments of the server's JVM, separated by blanks. */
    public void setJvmArguments(String arguments) {
        jvmArguments = arguments;
    }
}

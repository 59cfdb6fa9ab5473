package dev.latchkey.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jboss.arquillian.container.spi.client.container.DeploymentException;
import org.jboss.arquillian.container.test.api.Deployer;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What Arquillian is told when a web application does not start, and that the configuration arrives. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class ArquillianDeploymentTest {
    @Deployment(name = "broken", managed = false, testable = false)
    static WebArchive broken() {
        return ShrinkWrap.create(WebArchive.class, "broken.war")
                .setWebXML(new StringAsset("<web-app xmlns='https://jakarta.ee/xml/ns/jakartaee' version='6.1'>"
                        + "<listener><listener-class>no.such.Listener</listener-class></listener></web-app>"));
    }

    @ArquillianResource
    Deployer deployer;

    @Test
    void aBrokenApplicationIsADeploymentException() {
        assertThatThrownBy(() -> deployer.deploy("broken"))
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining("no.such.Listener");
    }

    @Test
    void configurationReachesTheServer() throws Exception {
        Path target = Path.of(System.getProperty("latchkey.target"), "arquillian");
        assertThat(Files.readString(target.resolve("base/start.d/0-given.ini")))
                .contains("jetty.ssl.idleTimeout=12345", "jetty.httpConfig.sendServerVersion=false");
        assertThat(Files.readString(target.resolve("server.log"))).contains("alpn, h2, http/1.1");
    }
}

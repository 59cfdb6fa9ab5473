package dev.latchkey.it.home;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.latchkey.it.home.beans.GuardedBean;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.container.test.api.TargetsContainer;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.asset.EmptyAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Guarded beans with Weld 6 on ee11; with Weld 5 on ee10 they are in {@link DeclarativeOnEach}. */
@ExtendWith(ArquillianExtension.class)
class GuardedBeansIT {
    @Deployment(testable = false)
    @TargetsContainer("ee11")
    static WebArchive onEe11() {
        return CdiWar.withWeld6("guarded-beans.war")
                .addPackage(GuardedBean.class.getPackage())
                .addAsWebInfResource(EmptyAsset.INSTANCE, "beans.xml");
    }

    @Test
    @RunAsClient
    void asksBeforeAGuardedMethodRuns(@ArquillianResource URL url) throws Exception {
        for (String guarded : new String[] {"whole", "inherited", "needed", "hidden", "wanted"}) {
            try (InputStream in = new URL(url, "call/" + guarded).openStream()) {
                String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                assertTrue(answer.contains("said=" + guarded + "\ncertificate=true\n"), answer);
            }
        }
    }
}

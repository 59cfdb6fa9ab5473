package dev.latchkey.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.ClientCertificateGuard;
import dev.latchkey.NegotiationOptions.Presence;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.server.handler.ContextHandlerCollection;
import org.eclipse.jetty.server.handler.StatisticsHandler;
import org.eclipse.jetty.util.annotation.ManagedAttribute;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which requests a path of the configuration guards; that they are asked is shown in src-it/tests. */
class PathGuardTest {
    private final PathGuard guard = new PathGuard(
            List.of(PathGuard.pattern("/app/Admin/*"), PathGuard.pattern("/exact"), PathGuard.pattern("*.cgi")),
            ClientCertificateGuard.of(Presence.NEED),
            "a test");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/app/Admin",
                "/app/admin/",
                "/app/ADMIN/x?y",
                "/app/%41dmin/x",
                "/app/admin;v=1/x",
                "/app;v=1/admin/x",
                "/app/./admin/x",
                "/app/y/../admin/x",
                "/exact",
                "/exact;jsessionid=1",
                "/any/where.cgi",
                "/any/where.CGI"
            })
    void aGuardedPathIsGuardedHoweverItIsWritten(String path) {
        assertThat(guard.isGuarded(HttpURI.from("https://localhost" + path))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/other%2Fadmin",
                "/app//admin/x",
                "/other//",
                "/other/%2e%2e/app/admin",
                "/other/..;/app/admin",
                "/other/%25",
                "/other\\\\x"
            })
    void whatCouldBeReadInTwoWaysIsGuarded(String path) {
        assertThat(guard.isGuarded(HttpURI.from("https://localhost" + path)))
                .as(path)
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/app", "/app/administrator", "/exact/", "/exact/x", "/cgi", "/app/x/admin"})
    void otherPathsAreNot(String path) {
        assertThat(guard.isGuarded(HttpURI.from("https://localhost" + path))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"paths, admin", "paths, /a*b", "paths, '/ok/*,**'", "pathsPresence, NEED", "pathsPresence, ''"})
    void aValueThatMeansNothingIsNamedWithWhatItMayBe(String property, String value) {
        DeclarativeStepUp declarative = DeclarativeStepUp.install(new Server());
        assertThatThrownBy(() -> {
                    if (property.equals("paths")) {
                        declarative.setPaths(value);
                    } else {
                        ModuleProperties.set(declarative, "latchkey.pathsPresence", value);
                    }
                })
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("latchkey." + property)
                .hasMessageContaining(property.equals("paths") ? "/admin/*,/pki/*" : "need or want");
    }

    @Test
    void theGuardStandsRightBeforeTheApplications() throws Exception {
        Server server = new Server();
        ContextHandlerCollection applications = new ContextHandlerCollection(new ContextHandler("/app"));
        StatisticsHandler outer = new StatisticsHandler(applications);
        server.setHandler(outer);
        DeclarativeStepUp.install(server).setPaths("/app/*");
        server.start();
        try {
            assertThat(server.getHandler()).isSameAs(outer);
            assertThat(outer.getHandler()).isInstanceOfSatisfying(PathGuard.class, g -> assertThat(g.getHandler())
                    .isSameAs(applications));
        } finally {
            server.stop();
        }
    }

    @Test
    void aPatternWithoutItsPropertyStopsTheServer() {
        Server server = new Server();
        DeclarativeStepUp.install(server).setUserNamePattern("CN=(.*)");
        assertThatThrownBy(server::start).hasMessageContaining("latchkey.userName=pattern");
    }

    /** It would be shown, also over JMX, and not be enforced. */
    @Test
    void whatARunningServerCannotTakeIsRefused() throws Exception {
        Server server = new Server();
        DeclarativeStepUp declarative = DeclarativeStepUp.install(server);
        server.start();
        try {
            for (ThrowingCallable setter : List.<ThrowingCallable>of(
                    () -> declarative.setPaths("/admin/*"),
                    () -> declarative.setPathsPresence(Presence.WANT),
                    () -> declarative.setUserName("email"),
                    () -> declarative.setUserNamePattern("CN=(.*)"),
                    () -> declarative.setEnforcedElsewhere("*"))) {
                assertThatThrownBy(setter).isInstanceOf(IllegalStateException.class);
            }
            assertThat(declarative.getPaths()).isEmpty();
        } finally {
            server.stop();
        }
        declarative.setPaths("/admin/*");
        assertThat(DeclarativeStepUp.class.getMethods())
                .filteredOn(method -> method.isAnnotationPresent(ManagedAttribute.class))
                .hasSizeGreaterThan(4)
                .allMatch(method -> method.getAnnotation(ManagedAttribute.class).readonly());
    }
}

package dev.latchkey.it.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.RequireClientCertificate;
import dev.latchkey.it.Clients;
import dev.latchkey.it.Lane;
import dev.latchkey.it.OnlyOn;
import dev.latchkey.it.home.beans.GuardedBean;
import dev.latchkey.it.home.misplaced.ExtendingPlainClass;
import dev.latchkey.it.home.misplaced.ExtendingPlainMethod;
import dev.latchkey.it.home.misplaced.OnFilter;
import dev.latchkey.it.home.misplaced.OnPlainClass;
import dev.latchkey.it.home.misplaced.OnPlainMethod;
import dev.latchkey.it.home.misplaced.OnServletInterface;
import dev.latchkey.it.home.misplaced.OnServletMethod;
import dev.latchkey.it.home.misplaced.WithStatusOfASuccess;
import dev.latchkey.jetty.DeclarativeStepUp;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.TlsConnection;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.GenericServlet;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Handler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * No annotation stands open in an embedded server: it is obeyed, by whatever way a servlet got there, or the server does
 * not start.
 */
@OnlyOn(value = Lane.JSSE_TLS12, because = "nothing here is about how the client is asked")
class GuardedServletsIT {
    private static final String OTHERS = "dev.latchkey.it.*";
    /** All but those that are misplaced. */
    private static final String ELSEWHERE = Stream.of(
                    "home.beans", "home.guarded", "home.pages", "embedded", "servlets")
            .map(p -> "dev.latchkey.it." + p + ".*,")
            .collect(Collectors.joining());

    private static final Class<?> ANNOTATION = RequireClientCertificate.class;

    @TempDir
    Path dir;

    /** Guarded, and known to the test's own loader. */
    @RequireClientCertificate
    public static class Guarded extends HttpServlet {
        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.getWriter().print("the secret");
        }
    }

    /** Has it from its superclass. */
    public static class Inheriting extends Guarded {}

    /** Sends a request on to the guarded one, by its name or by its path. */
    public static class Sending extends HttpServlet {
        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response)
                throws IOException, ServletException {
            if (request.getServletPath().equals("/by-name")) {
                getServletContext().getNamedDispatcher("guarded").forward(request, response);
            } else if (request.getServletPath().equals("/by-include")) {
                request.getRequestDispatcher("/guarded").include(request, response);
            } else {
                request.getRequestDispatcher("/guarded").forward(request, response);
            }
        }
    }

    /** How the guarded servlet gets into a context. */
    enum Way {
        CLASS {
            @Override
            void add(ServletContextHandler context) {
                add(context, new ServletHolder("guarded", Guarded.class));
            }
        },
        INSTANCE {
            @Override
            void add(ServletContextHandler context) {
                add(context, new ServletHolder("guarded", new Inheriting()));
            }
        },
        INSTANCE_OF_ANOTHER_LOADER {
            @Override
            void add(ServletContextHandler context) throws Exception {
                add(context, new ServletHolder("guarded", (Servlet) new Apart().make(Guarded.class)));
            }
        },
        CLASS_THAT_THE_CONTEXTS_LOADER_DOES_NOT_SEE {
            @Override
            void add(ServletContextHandler context) {
                context.setClassLoader(new URLClassLoader(new URL[0], ClassLoader.getPlatformClassLoader()));
                add(context, new ServletHolder("guarded", Guarded.class));
            }
        },
        LATE_CLASS {
            @Override
            void addLate(ServletContextHandler context) {
                add(context, new ServletHolder("guarded", Inheriting.class));
            }
        },
        LATE_INSTANCE_OF_ANOTHER_LOADER {
            @Override
            void addLate(ServletContextHandler context) throws Exception {
                add(context, new ServletHolder("guarded", (Servlet) new Apart().make(Guarded.class)));
            }
        };

        void add(ServletContextHandler context) throws Exception {}

        void addLate(ServletContextHandler context) throws Exception {}

        static void add(ServletContextHandler context, ServletHolder holder) {
            context.addServlet(holder, "/guarded");
        }
    }

    /** Defines classes of the tests anew. */
    private static final class Apart extends ClassLoader {
        Apart() {
            super(GuardedServletsIT.class.getClassLoader());
        }

        Object make(Class<?> type) throws Exception {
            byte[] bytes = bytes(type);
            Class<?> apart = defineClass(type.getName(), bytes, 0, bytes.length);
            assertThat(apart).isNotSameAs(type);
            return apart.getConstructor().newInstance();
        }
    }

    private static byte[] bytes(Class<?> type) throws IOException {
        try (InputStream in = type.getResourceAsStream(type.getName().replaceFirst(".*\\.", "") + ".class")) {
            return in.readAllBytes();
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void anAnnotatedServletIsGuardedHoweverItGotThere(Way way) throws Exception {
        StepUpServer setUp = new StepUpServer();
        for (String path : new String[] {"/by-name", "/by-path", "/by-include"}) {
            setUp.context().addServlet(new ServletHolder(new Sending()), path);
        }
        way.add(setUp.context());
        try (StepUpServer server = setUp.start()) {
            way.addLate(server.context());
            for (String path : new String[] {"/guarded", "/by-name", "/by-path", "/by-include"}) {
                assertRefused(server, null, path);
                try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
                    assertThat(client.get(path).text()).as(path).isEqualTo("the secret");
                }
            }
        }
    }

    private static void assertRefused(StepUpServer server, HeldCertificate who, String path) throws IOException {
        try (TlsConnection client = Clients.connect(server.port(), who)) {
            HttpAnswer answer = client.get(path);
            assertThat(answer.text()).as(path).doesNotContain("the secret");
            if (!path.equals("/by-include")) { // which can set no status
                assertThat(answer.status()).as(path + answer).isEqualTo(403);
            }
        }
    }

    /** As of a framework's controllers: nothing of WEB-INF, and nobody who looks at the annotation. */
    @Test
    void classesOutsideAnApplicationStopItsStartByTheirNames() {
        StepUpServer server = new StepUpServer().on("/open", (request, response) -> {});
        assertThatThrownBy(() -> server.connector(c -> DeclarativeStepUp.install(server.server())
                                .setEnforcedElsewhere(WithStatusOfASuccess.class.getName()))
                        .start())
                .hasMessageContaining("@RequireClientCertificate")
                .hasMessageContaining(OnPlainClass.class.getName())
                .hasMessageContaining(OnPlainMethod.class.getName())
                .hasMessageContaining(OnFilter.class.getName())
                .hasMessageContaining(OnServletMethod.class.getName())
                .hasMessageContaining(OnServletInterface.class.getName())
                .hasMessageContaining(ExtendingPlainClass.class.getName())
                .hasMessageContaining(ExtendingPlainMethod.class.getName())
                .hasMessageContaining(GuardedBean.class.getName())
                .hasMessageContaining("latchkey.enforcedElsewhere");
    }

    /** It has the annotation as much as the class that it extends, which may be obeyed where this one is not. */
    @Test
    void aClassThatExtendsOneWithTheAnnotationStopsTheStart() {
        for (Class<?> type : new Class<?>[] {ExtendingPlainClass.class, ExtendingPlainMethod.class}) {
            StepUpServer server = new StepUpServer().on("/open", (request, response) -> {});
            assertThatThrownBy(() -> server.connector(c -> DeclarativeStepUp.install(server.server())
                                    .setEnforcedElsewhere(ELSEWHERE + misplacedBut(type)))
                            .start())
                    .hasMessageContaining("[" + type.getName() + "]");
        }
    }

    @Test
    void aClassOfTheContextsOwnLoaderStopsItsStart() throws Exception {
        Path file = dir.resolve(OnPlainClass.class.getName().replace('.', '/') + ".class");
        Files.createDirectories(file.getParent());
        Files.write(file, bytes(OnPlainClass.class));
        StepUpServer server = new StepUpServer();
        server.context()
                .setClassLoader(
                        new URLClassLoader(new URL[] {dir.toUri().toURL()}, GuardedServletsIT.class.getClassLoader()));
        assertThatThrownBy(() -> server.connector(c -> DeclarativeStepUp.install(server.server())
                                .setEnforcedElsewhere(ELSEWHERE + misplacedBut(OnPlainClass.class)))
                        .start())
                .hasMessageContaining("[" + OnPlainClass.class.getName() + "]");
    }

    private static String misplacedBut(Class<?> one) {
        try (Stream<Path> files = Files.list(
                Path.of(OnPlainClass.class.getResource("OnPlainClass.class").toURI())
                        .getParent())) {
            return files.map(f -> one.getPackageName() + "."
                            + f.getFileName().toString().replace(".class", ""))
                    .filter(n -> !n.equals(one.getName()))
                    .reduce((a, b) -> a + "," + b)
                    .orElseThrow();
        } catch (Exception x) {
            throw new AssertionError(x);
        }
    }

    @Test
    void aServerWithoutApplicationsIsSearchedToo() {
        StepUpServer server = new StepUpServer().handler(new Handler.Sequence());
        assertThatThrownBy(() -> server.connector(
                                c -> DeclarativeStepUp.install(server.server()).setEnforcedElsewhere(""))
                        .start())
                .hasMessageContaining(OnPlainClass.class.getName())
                .hasMessageContaining("latchkey.enforcedElsewhere");
    }

    @Test
    void aFilterThatNoSearchFindsStopsTheStart() throws Exception {
        StepUpServer server = new StepUpServer();
        server.context().setClassLoader(new URLClassLoader(new URL[0], ClassLoader.getPlatformClassLoader()));
        server.context()
                .addFilter(
                        new FilterHolder((Filter) new Apart().make(OnFilter.class)),
                        "/*",
                        EnumSet.of(DispatcherType.REQUEST));
        assertThatThrownBy(() -> server.connector(
                                c -> DeclarativeStepUp.install(server.server()).setEnforcedElsewhere(""))
                        .start())
                .hasMessageContaining(OnFilter.class.getName())
                .message()
                .doesNotContain(OnPlainClass.class.getName());
    }

    /** Which is no reason to keep a server down whose owner knows what is there. */
    @Test
    void aLoaderThatCannotBeSearchedStopsTheStartUnlessItIsSaidToHaveNothing() throws Exception {
        for (String elsewhere : new String[] {OTHERS, "*"}) {
            StepUpServer setUp = new StepUpServer();
            setUp.context().setClassLoader(new Apart());
            setUp.connector(c -> DeclarativeStepUp.install(setUp.server()).setEnforcedElsewhere(elsewhere));
            Way.CLASS.add(setUp.context());
            if (elsewhere.equals("*")) {
                try (StepUpServer server = setUp.start()) {
                    assertRefused(server, null, "/guarded");
                }
            } else {
                assertThatThrownBy(setUp::start)
                        .hasMessageContaining(Apart.class.getName())
                        .hasMessageContaining("latchkey.enforcedElsewhere=*");
            }
        }
    }

    /** An application that brings the annotation along, as a WebAppContext takes it, or that cannot see it at all. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAnnotationThatIsNotTheServersStopsTheStart(boolean bringsIt) throws Exception {
        for (Class<?> type : bringsIt ? new Class<?>[] {Guarded.class, ANNOTATION} : new Class<?>[] {Guarded.class}) {
            Path file = dir.resolve(type.getName().replace('.', '/') + ".class");
            Files.createDirectories(file.getParent());
            Files.write(file, bytes(type));
        }
        ClassLoader own =
                new URLClassLoader(new URL[] {dir.toUri().toURL()}, GuardedServletsIT.class.getClassLoader()) {
                    @Override
                    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                        if (!name.equals(Guarded.class.getName()) && !name.equals(ANNOTATION.getName())) {
                            return super.loadClass(name, resolve);
                        }
                        Class<?> known = findLoadedClass(name);
                        return known != null ? known : findClass(name);
                    }
                };
        StepUpServer server = new StepUpServer();
        server.context().setClassLoader(own);
        server.context().addServlet(own.loadClass(Guarded.class.getName()).asSubclass(Servlet.class), "/guarded");
        assertThatThrownBy(() -> server.connector(c -> DeclarativeStepUp.install(server.server())
                                .setEnforcedElsewhere("dev.latchkey.it.home.*"))
                        .start())
                .hasMessageContaining("not the server's to " + Guarded.class.getName())
                .hasMessageContaining("latchkey-api");
    }

    /** A wrapper of the application's need not tell what it wraps. */
    @Test
    void aServletThatTheApplicationWrapsIsGuarded() throws Exception {
        StepUpServer setUp = new StepUpServer();
        setUp.context().addBean((ServletHolder.WrapFunction) servlet -> new GenericServlet() {
            @Override
            public void init(ServletConfig config) throws ServletException {
                servlet.init(config);
            }

            @Override
            public void service(ServletRequest request, ServletResponse response) throws ServletException, IOException {
                servlet.service(request, response);
            }
        });
        setUp.context().addServlet(Guarded.class, "/guarded");
        try (StepUpServer server = setUp.start()) {
            assertRefused(server, null, "/guarded");
        }
    }
}

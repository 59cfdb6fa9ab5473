package dev.latchkey.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.ClientCertificates;
import dev.latchkey.jetty.DeclarativeStepUp;
import dev.latchkey.jetty.LatchkeySslConnectionFactory;
import java.io.IOException;
import java.io.StringReader;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.resource.ResourceFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.xml.XmlConfiguration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/**
 * The zip as it is shipped: what its modules promise is what their XML reads and their jars hold, on each Jetty that we
 * run on. That a server starts with it is shown in src-it/tests.
 */
class JettyBaseIT {
    private static final String SERVER_CLASSES = "dev.latchkey.jetty.";
    private static final String OPENSSL_CLASSES = "dev.latchkey.openssl.";

    /** Values other than the defaults, of the properties that are no numbers. */
    private static final Map<String, String> WORDS = Map.ofEntries(
            Map.entry("latchkey.http2", "421"),
            Map.entry("latchkey.http3", "403"),
            Map.entry("latchkey.browserStepUp", "true"),
            Map.entry("latchkey.hosts", "cert.example.org"),
            Map.entry("latchkey.hostsPresence", "need"),
            Map.entry("latchkey.redirectHost", "cert.example.org:8443"),
            Map.entry("latchkey.redirectStatus", "303"),
            Map.entry("latchkey.paths", "/admin/*,*.cgi"),
            Map.entry("latchkey.pathsPresence", "want"),
            Map.entry("latchkey.userName", "pattern"),
            Map.entry("latchkey.userNamePattern", "CN=((?:[^,+\\\\]|\\\\.)+),.*"),
            Map.entry("latchkey.enforcedElsewhere", "com.example.web.*"));

    private static BaseZip zip;
    private static ModuleFile module;

    @BeforeAll
    static void open() throws IOException {
        zip = BaseZip.open();
        module = zip.module("latchkey");
    }

    static Stream<String> modules() {
        return Stream.of("latchkey", "latchkey-openssl", "latchkey-impersonation");
    }

    @Test
    void theZipHoldsWhatTheModulesNameAndNothingElse() {
        Set<String> named = modules()
                .flatMap(name -> Stream.concat(
                        Stream.of("modules/" + name + ".mod"), zip.module(name).files()))
                .collect(Collectors.toSet());
        assertThat(zip.names()).isEqualTo(named);
    }

    @ParameterizedTest
    @MethodSource("modules")
    void eachDocumentedPropertyIsReadAndEachOneReadIsDocumented(String name) throws Exception {
        assertThat(zip.module(name).documented().keySet()).isNotEmpty().isEqualTo(propertiesRead(name));
    }

    @ParameterizedTest
    @MethodSource("modules")
    void eachPropertyIsDocumentedWithItsUnitOrItsValues(String name) {
        assertThat(zip.module(name).documented()).allSatisfy((property, documented) -> {
            String value = documented.defaultValue();
            String[] expected = isNumber(value) && !WORDS.containsKey(property)
                    ? new String[] {"in milliseconds", "in bytes", "threads"}
                    : new String[] {value.isEmpty() ? "mpty" : value, "Full path"};
            assertThat(documented.comment()).as(property).containsAnyOf(expected);
        });
    }

    private static boolean isNumber(String value) {
        return value.matches("-?\\d+");
    }

    @Test
    void eachDocumentedDefaultIsTheOneThatApplies(@TempDir Path dir) throws Exception {
        List<Object> installed = configure(dir, Map.of());
        assertThat(module.documented())
                .allSatisfy((name, documented) ->
                        assertThat(get(installed, name)).as(name).isEqualTo(documented.defaultValue()));
    }

    @Test
    void eachPropertyReachesItsOwnSetter(@TempDir Path dir) throws Exception {
        Map<String, String> values = new LinkedHashMap<>(WORDS);
        module.documented().forEach((name, documented) -> {
            if (isNumber(documented.defaultValue()) && !WORDS.containsKey(name)) {
                values.put(name, Integer.toString(10_000 + values.size()));
            }
        });
        assertThat(values.keySet()).isEqualTo(module.documented().keySet());
        List<Object> installed = configure(dir, values);
        assertThat(values)
                .allSatisfy((name, value) ->
                        assertThat(get(installed, name)).as(name).isEqualTo(value));
    }

    @Test
    void aWordThatMeansNothingStopsTheStartAndIsNamed(@TempDir Path dir) {
        for (String name : WORDS.keySet()) {
            assertThatThrownBy(() -> configure(dir, Map.of(name, "(nonsense")))
                    .as(name)
                    .hasStackTraceContaining(name)
                    .hasStackTraceContaining("(nonsense");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2min, it must be a whole number of",
        "'', it must be a whole number of",
        "0x10, it must be a whole number of",
        "99999999999999999999, it must be a whole number of",
        "-2, it must be "
    })
    void aNumberThatIsNoneStopsTheStartAndIsNamed(String value, String told, @TempDir Path dir) {
        List<String> numbers = module.documented().entrySet().stream()
                .filter(e -> isNumber(e.getValue().defaultValue()) && !WORDS.containsKey(e.getKey()))
                .map(Map.Entry::getKey)
                .toList();
        assertThat(numbers).hasSize(9);
        for (String name : numbers) {
            assertThatThrownBy(() -> configure(dir, Map.of(name, value)))
                    .as(name)
                    .hasStackTraceContaining(name + "=" + value + ": " + told);
        }
    }

    @ParameterizedTest
    @CsvSource({"latchkey,latchkey-jetty," + SERVER_CLASSES, "latchkey-openssl,latchkey-openssl," + OPENSSL_CLASSES})
    void eachClassThatTheXmlNamesIsInTheZipOrInJetty(String name, String artifact, String ourPackage) throws Exception {
        Set<String> ours = zip.classesIn(artifact);
        Set<String> named = attributes(name, "*", "class");
        assertThat(named).anyMatch(each -> each.startsWith(ourPackage));
        assertThat(named).allSatisfy(each -> {
            if (each.startsWith(ourPackage)) {
                assertThat(ours).contains(each);
            } else {
                Class.forName(each);
            }
        });
    }

    @Test
    void applicationsShareTheApiAndDoNotSeeTheServersPart() {
        List<String> ini = module.section("ini");
        assertThat(ini)
                .containsExactlyInAnyOrder(
                        "jetty.server.addProtectedClasses+=,dev.latchkey.",
                        "jetty.server.addHiddenClasses+=," + SERVER_CLASSES);
        assertThat(zip.module("latchkey-openssl").section("ini"))
                .containsExactly("jetty.server.addHiddenClasses+=," + OPENSSL_CLASSES);
        assertThat(zip.classesIn("latchkey-api"))
                .contains(ClientCertificates.class.getName())
                .allMatch(name -> name.startsWith("dev.latchkey."))
                .noneMatch(name -> name.startsWith(SERVER_CLASSES) || name.startsWith(OPENSSL_CLASSES));
        assertThat(zip.classesIn("latchkey-jetty")).isNotEmpty().allMatch(name -> name.startsWith(SERVER_CLASSES));
        assertThat(zip.classesIn("latchkey-openssl")).isNotEmpty().allMatch(name -> name.startsWith(OPENSSL_CLASSES));
    }

    @Test
    void eachJettyReadsTheClassLoadingProperties() throws IOException {
        for (Path home : homes()) {
            String xml = Files.readString(home.resolve("etc/jetty-ee-webapp.xml"));
            assertThat(module.section("ini")).isNotEmpty().allSatisfy(line -> assertThat(xml)
                    .as(home.toString())
                    .contains("<Property name=\"" + line.substring(0, line.indexOf("+=")) + "\"/>"));
        }
    }

    @Test
    void comesAfterEachModuleThatConfiguresTheTlsConnector() throws IOException {
        List<String> before = Stream.concat(module.section("after").stream(), module.section("depend").stream())
                .toList();
        for (Path home : homes()) {
            Set<String> configuring = modulesThatConfigureTheTlsConnector(home);
            assertThat(configuring).as(home.toString()).contains("https", "http2", "alpn", "proxy-protocol-ssl");
            assertThat(before).as(home.toString()).containsAll(configuring);
        }
    }

    /** Which is after all that configures the connector; the other must not ask for a place before its own needs. */
    @Test
    void theOpenSslModuleComesAfterTheOther() {
        ModuleFile openssl = zip.module("latchkey-openssl");
        assertThat(openssl.section("depend")).containsExactly("latchkey");
        assertThat(openssl.section("before")).isEmpty();
        assertThat(openssl.section("after")).isEmpty();
    }

    @Test
    void drawsNothingBeforeTheServer() throws IOException {
        for (Path home : homes()) {
            Map<String, ModuleFile> modules = modulesOf(home);
            for (String name : module.section("after")) {
                if (modules.containsKey(name)) {
                    assertThat(dependencies(modules, name))
                            .as(name + " of " + home)
                            .contains("server");
                }
            }
        }
    }

    /** What a module depends on, by any number of steps, whoever provides it. */
    private static Set<String> dependencies(Map<String, ModuleFile> modules, String name) {
        Set<String> found = new TreeSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(name));
        while (!open.isEmpty()) {
            String next = open.pop();
            modules.forEach((file, module) -> {
                if (file.equals(next)
                        || module.section("provides").stream().anyMatch(p -> p.split("\\|")[0].equals(next))) {
                    Stream.of("depend", "depends")
                            .flatMap(section -> module.section(section).stream())
                            .filter(found::add)
                            .forEach(open::push);
                }
            });
        }
        return found;
    }

    private static Map<String, ModuleFile> modulesOf(Path home) throws IOException {
        Map<String, ModuleFile> modules = new TreeMap<>();
        try (Stream<Path> files = Files.list(home.resolve("modules"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".mod")).toList()) {
                String name = file.getFileName().toString().replaceFirst("\\.mod$", "");
                modules.put(name, new ModuleFile(Files.readString(file)));
            }
        }
        return modules;
    }

    private static Set<String> modulesThatConfigureTheTlsConnector(Path home) throws IOException {
        Set<String> names = new TreeSet<>();
        for (Map.Entry<String, ModuleFile> each : modulesOf(home).entrySet()) {
            for (String xml : each.getValue().section("xml")) {
                Path path = home.resolve(xml);
                if (Files.exists(path) && Files.readString(path).contains("\"sslConnector\"")) {
                    names.add(each.getKey());
                }
            }
        }
        return names;
    }

    /** Both Jettys, each with its modules and XML. */
    private static List<Path> homes() throws IOException {
        try (Stream<Path> homes = Files.list(Path.of(System.getProperty("latchkey.jetty.homes")))) {
            List<Path> found = homes.filter(Files::isDirectory).toList();
            assertThat(found).hasSize(2);
            return found;
        }
    }

    /** Runs our XML as start.jar does, on a connector as the modules ssl and https make it; {@return what it made} */
    private static List<Object> configure(Path dir, Map<String, String> properties) throws Exception {
        Server server = new Server();
        ServerConnector connector = new ServerConnector(
                server,
                new SslConnectionFactory(new SslContextFactory.Server(), "http/1.1"),
                new HttpConnectionFactory());
        try (ResourceFactory.Closeable resources = ResourceFactory.closeable()) {
            for (String name : module.xml()) {
                Path file = Files.writeString(
                        dir.resolve(Path.of(name).getFileName().toString()), zip.text(name));
                XmlConfiguration xml = new XmlConfiguration(resources.newResource(file));
                xml.getIdMap().put("sslConnector", connector);
                xml.getIdMap().put("Server", server);
                xml.getProperties().putAll(properties);
                xml.configure();
            }
        }
        LatchkeySslConnectionFactory tls = connector.getConnectionFactory(LatchkeySslConnectionFactory.class);
        return List.of(tls, tls.getAlternatives(), server.getBean(DeclarativeStepUp.class));
    }

    private static String get(List<Object> installed, String property) {
        String name = property.replaceFirst("^latchkey\\.", "");
        String getter = Character.toUpperCase(name.charAt(0)) + name.substring(1);
        for (Object each : installed) {
            for (Method method : each.getClass().getMethods()) {
                if (method.getName().equals("get" + getter) || method.getName().equals("is" + getter)) {
                    try {
                        Object value = method.invoke(each);
                        return value == null
                                ? ""
                                : value instanceof Enum<?> word
                                        ? word.name().toLowerCase(Locale.ROOT)
                                        : value.toString();
                    } catch (ReflectiveOperationException x) {
                        throw new AssertionError(property, x);
                    }
                }
            }
        }
        throw new AssertionError("nothing has a getter of " + name);
    }

    private static Set<String> propertiesRead(String name) throws Exception {
        Set<String> read = attributes(name, "*", "property");
        read.addAll(attributes(name, "Property", "name"));
        return read;
    }

    private static Set<String> attributes(String name, String tag, String attribute) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        Set<String> found = new TreeSet<>();
        for (String file : zip.module(name).xml()) {
            Document document = factory.newDocumentBuilder().parse(new InputSource(new StringReader(zip.text(file))));
            NodeList elements = document.getElementsByTagName(tag);
            IntStream.range(0, elements.getLength())
                    .mapToObj(i -> ((Element) elements.item(i)).getAttribute(attribute))
                    .filter(value -> !value.isEmpty())
                    .forEach(found::add);
        }
        return found;
    }
}

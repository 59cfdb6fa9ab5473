package dev.latchkey.base;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.ClientCertificates;
import dev.latchkey.jetty.LatchkeySslConnectionFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
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
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/**
 * The zip as it is shipped: what its module promises is what its XML reads and its jars hold, on each Jetty that we run
 * on. That a server starts with it is shown in src-it/tests.
 */
class JettyBaseIT {
    private static final String SERVER_CLASSES = "dev.latchkey.jetty.";

    private static final Map<String, byte[]> zip = new LinkedHashMap<>();
    private static ModuleFile module;

    @BeforeAll
    static void open() throws IOException {
        try (ZipFile file = new ZipFile(System.getProperty("latchkey.base.zip"))) {
            for (ZipEntry entry : file.stream().filter(e -> !e.isDirectory()).toList()) {
                zip.put(entry.getName(), file.getInputStream(entry).readAllBytes());
            }
        }
        module = new ModuleFile(text("modules/latchkey.mod"));
    }

    @Test
    void theZipHoldsWhatTheModuleNamesAndNothingElse() {
        Set<String> named =
                Stream.concat(Stream.of("modules/latchkey.mod"), module.files()).collect(Collectors.toSet());
        assertThat(zip.keySet()).isEqualTo(named);
    }

    @Test
    void eachDocumentedPropertyIsReadAndEachOneReadIsDocumented() throws Exception {
        assertThat(module.documented().keySet()).isNotEmpty().isEqualTo(propertiesRead());
    }

    @Test
    void eachPropertyIsDocumentedWithItsUnit() {
        assertThat(module.documented())
                .allSatisfy((name, documented) ->
                        assertThat(documented.comment()).as(name).containsAnyOf("in milliseconds", "in bytes"));
    }

    @Test
    void eachDocumentedDefaultIsTheOneThatApplies(@TempDir Path dir) throws Exception {
        LatchkeySslConnectionFactory installed = configure(dir, Map.of());
        assertThat(module.documented())
                .allSatisfy((name, documented) ->
                        assertThat(get(installed, name)).as(name).isEqualTo(Long.parseLong(documented.defaultValue())));
    }

    @Test
    void eachPropertyReachesItsOwnSetter(@TempDir Path dir) throws Exception {
        Map<String, String> values = new LinkedHashMap<>();
        for (String name : module.documented().keySet()) {
            values.put(name, Integer.toString(10_000 + values.size()));
        }
        LatchkeySslConnectionFactory installed = configure(dir, values);
        assertThat(values)
                .allSatisfy((name, value) ->
                        assertThat(get(installed, name)).as(name).isEqualTo(Long.parseLong(value)));
    }

    @Test
    void eachClassThatTheXmlNamesIsInTheZipOrInJetty() throws Exception {
        Set<String> ours = classesIn("latchkey-jetty");
        Set<String> named = attributes("*", "class");
        assertThat(named).anyMatch(name -> name.startsWith(SERVER_CLASSES));
        assertThat(named).allSatisfy(name -> {
            if (name.startsWith(SERVER_CLASSES)) {
                assertThat(ours).contains(name);
            } else {
                Class.forName(name);
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
        assertThat(classesIn("latchkey-api"))
                .contains(ClientCertificates.class.getName())
                .allMatch(name -> name.startsWith("dev.latchkey."))
                .noneMatch(name -> name.startsWith(SERVER_CLASSES));
        assertThat(classesIn("latchkey-jetty")).isNotEmpty().allMatch(name -> name.startsWith(SERVER_CLASSES));
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

    @Test
    void drawsNothingBeforeTheServer() throws IOException {
        for (Path home : homes()) {
            Map<String, ModuleFile> modules = modules(home);
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

    private static Map<String, ModuleFile> modules(Path home) throws IOException {
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
        for (Map.Entry<String, ModuleFile> each : modules(home).entrySet()) {
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

    /** Runs our XML as start.jar does, on a connector as the modules ssl and https make it. */
    private static LatchkeySslConnectionFactory configure(Path dir, Map<String, String> properties) throws Exception {
        ServerConnector connector = new ServerConnector(
                new Server(),
                new SslConnectionFactory(new SslContextFactory.Server(), "http/1.1"),
                new HttpConnectionFactory());
        Path file = Files.writeString(dir.resolve("latchkey.xml"), text(xmlName()));
        try (ResourceFactory.Closeable resources = ResourceFactory.closeable()) {
            XmlConfiguration xml = new XmlConfiguration(resources.newResource(file));
            xml.getIdMap().put("sslConnector", connector);
            xml.getProperties().putAll(properties);
            xml.configure(connector);
        }
        return connector.getConnectionFactory(LatchkeySslConnectionFactory.class);
    }

    private static long get(LatchkeySslConnectionFactory factory, String property) {
        String name = property.replaceFirst("^latchkey\\.", "");
        String getter = "get" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
        try {
            return ((Number) factory.getClass().getMethod(getter).invoke(factory)).longValue();
        } catch (ReflectiveOperationException x) {
            throw new AssertionError(property, x);
        }
    }

    private static Set<String> propertiesRead() throws Exception {
        Set<String> read = attributes("*", "property");
        read.addAll(attributes("Property", "name"));
        return read;
    }

    private static Set<String> attributes(String tag, String attribute) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        Document document = factory.newDocumentBuilder().parse(new InputSource(new StringReader(text(xmlName()))));
        NodeList elements = document.getElementsByTagName(tag);
        return IntStream.range(0, elements.getLength())
                .mapToObj(i -> ((Element) elements.item(i)).getAttribute(attribute))
                .filter(value -> !value.isEmpty())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String xmlName() {
        List<String> xml = module.section("xml");
        assertThat(xml).hasSize(1);
        return xml.get(0);
    }

    private static Set<String> classesIn(String artifact) {
        String name = zip.keySet().stream()
                .filter(file -> file.contains("/" + artifact + "-"))
                .findFirst()
                .orElseThrow();
        Set<String> classes = new TreeSet<>();
        try (JarInputStream jar = new JarInputStream(new ByteArrayInputStream(zip.get(name)))) {
            for (JarEntry entry = jar.getNextJarEntry(); entry != null; entry = jar.getNextJarEntry()) {
                if (entry.getName().endsWith(".class")) {
                    classes.add(entry.getName().replace('/', '.').replaceFirst("\\.class$", ""));
                }
            }
        } catch (IOException x) {
            throw new IllegalStateException(name, x);
        }
        return classes;
    }

    private static String text(String name) {
        assertThat(zip).containsKey(name);
        return new String(zip.get(name), UTF_8);
    }
}

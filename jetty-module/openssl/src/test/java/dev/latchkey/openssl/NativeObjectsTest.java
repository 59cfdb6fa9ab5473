package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Kind O1 of the review: nothing is written to a native object that another connection can hold. Keeps the downcalls,
 * their annotations, the callers and the page {@code docs/native-objects.md} in step.
 */
class NativeObjectsTest {
    private static final Path PAGE = Path.of("docs", "native-objects.md");
    private static final Path SOURCES = Path.of("src", "main", "java", "dev", "latchkey", "openssl");
    private static final List<Class<?>> LIBRARIES = List.of(LibSsl.class, LibSslContext.class, LibCrypto.class);

    /** Who writes what is shared: who makes it, and the handle that frees it. */
    private static final Map<NativeObject, Set<String>> WRITERS = Map.of(
            NativeObject.SSL_CTX, Set.of("ContextHandle", "Offer", "CipherSuites", "NativeHandle"),
            NativeObject.SSL_CIPHER, Set.of(),
            NativeObject.BIO_METHOD, Set.of("RecordBio"),
            NativeObject.X509, Set.of("Certificates", "NativeHandle"),
            NativeObject.EVP_PKEY, Set.of("NativeKeys", "NativeHandle"),
            // A list that is given away takes its names along.
            NativeObject.X509_NAME, Set.of("Certificates", "ContextHandle", "Authorities", "CertificateRequests"));

    private static Stream<Method> downcalls() {
        return LIBRARIES.stream()
                .flatMap(library -> Arrays.stream(library.getDeclaredMethods()))
                .filter(method -> !method.isSynthetic() && !Modifier.isPrivate(method.getModifiers()));
    }

    private static Map<String, List<NativeObject>> writing() {
        return downcalls()
                .filter(method -> method.isAnnotationPresent(Writes.class))
                .collect(Collectors.toMap(
                        Method::getName,
                        method -> List.of(method.getAnnotation(Writes.class).value()),
                        (a, b) -> a,
                        TreeMap::new));
    }

    @Test
    void eachDowncallSaysWhetherItWrites() {
        Set<String> handles = LIBRARIES.stream()
                .flatMap(library -> Arrays.stream(library.getDeclaredFields()))
                .filter(field -> field.getType() == MethodHandle.class)
                .map(Field::getName)
                .map(name -> name.substring("H_".length()))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> annotated = downcalls()
                .filter(method -> method.isAnnotationPresent(Writes.class) != method.isAnnotationPresent(Reads.class))
                .map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(annotated).isEqualTo(handles);
    }

    @Test
    void thePageListsEachObjectAndWhoWritesIt() throws IOException {
        assumeTrue(Files.exists(PAGE), "run beside the sources");
        String page = Files.readString(PAGE);
        for (NativeObject object : NativeObject.values()) {
            List<String> rows = page.lines()
                    .filter(line -> line.startsWith("| `" + object + "` |"))
                    .toList();
            assertThat(rows).as("rows of %s", object).hasSize(2);
            assertThat(rows.get(0)).contains(object.isShared() ? "| yes |" : "| no |");
            Set<String> listed = new TreeSet<>();
            Matcher names = Pattern.compile("`(\\w+)`")
                    .matcher(rows.get(1).substring(object.name().length() + 4));
            while (names.find()) {
                listed.add(names.group(1));
            }
            Set<String> annotated = writing().entrySet().stream()
                    .filter(entry -> entry.getValue().contains(object))
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(listed).as("downcalls that write %s", object).isEqualTo(annotated);
        }
    }

    @Test
    void whatIsSharedIsWrittenByWhoMakesIt() throws IOException {
        assumeTrue(Files.exists(SOURCES), "run beside the sources");
        Map<String, List<NativeObject>> writing = writing();
        Pattern call = Pattern.compile("Lib(?:Ssl|SslContext|Crypto)(?:\\.|::)(\\w+)");
        try (Stream<Path> files = Files.list(SOURCES)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString().replace(".java", "");
                Matcher calls = call.matcher(Files.readString(file));
                while (calls.find()) {
                    for (NativeObject object : writing.getOrDefault(calls.group(1), List.of())) {
                        if (object.isShared()) {
                            assertThat(WRITERS.get(object))
                                    .as("%s calls %s, which writes %s", name, calls.group(1), object)
                                    .contains(name);
                        }
                    }
                }
            }
        }
    }

    @Test
    void noObjectIsForgottenHere() {
        assertThat(WRITERS.keySet())
                .isEqualTo(Arrays.stream(NativeObject.values())
                        .filter(NativeObject::isShared)
                        .collect(Collectors.toSet()));
    }
}

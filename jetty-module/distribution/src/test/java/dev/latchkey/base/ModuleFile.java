package dev.latchkey.base;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A Jetty {@code .mod} file, by its sections. Immutable. */
final class ModuleFile {
    private static final Pattern SECTION = Pattern.compile("\\[(\\S+)]");
    private static final Pattern DOCUMENTED = Pattern.compile("#\\s?([\\w.]+)=(.*)");

    private final Map<String, List<String>> sections = new LinkedHashMap<>();

    ModuleFile(String text) {
        List<String> lines = new ArrayList<>();
        for (String line : text.lines().map(String::strip).toList()) {
            Matcher section = SECTION.matcher(line);
            if (section.matches()) {
                lines = sections.computeIfAbsent(section.group(1), name -> new ArrayList<>());
            } else {
                lines.add(line);
            }
        }
    }

    /** {@return the lines of a section that are neither empty nor comments; none if there is no such section} */
    List<String> section(String name) {
        return sections.getOrDefault(name, List.of()).stream()
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
    }

    /** {@return the properties that the ini template names, each with its default and the comment right above it} */
    Map<String, Documented> documented() {
        Map<String, Documented> properties = new LinkedHashMap<>();
        StringBuilder comment = new StringBuilder();
        for (String line : sections.getOrDefault("ini-template", List.of())) {
            Matcher property = DOCUMENTED.matcher(line);
            if (line.startsWith("## ")) {
                comment.append(line.substring(3)).append('\n');
            } else if (property.matches()) {
                properties.put(property.group(1), new Documented(property.group(2), comment.toString()));
                comment.setLength(0);
            } else {
                comment.setLength(0);
            }
        }
        return properties;
    }

    /** {@return the files that this module adds to the server} */
    Stream<String> files() {
        return Stream.concat(section("xml").stream(), section("lib").stream());
    }

    /** {@return the XML files, in their order} */
    List<String> xml() {
        return section("xml");
    }

    record Documented(String defaultValue, String comment) {}
}

package dev.latchkey.impersonation.web;

import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * The paths of an application that are served to callers without an identity too: the pages of a FORM login, by its
 * {@code web.xml}, and those that are named, such as {@code /login, /css/*}.
 *
 * <p>Immutable; any thread.
 */
final class OpenPaths {
    /** The context parameter, or else the system property, that names them. */
    static final String PROPERTY = "dev.latchkey.impersonation.open";

    private final List<String> patterns;

    private OpenPaths(List<String> patterns) {
        this.patterns = List.copyOf(patterns);
    }

    /** @throws IllegalArgumentException if one has not the form of a path, with or without an asterisk at its end */
    static OpenPaths of(ServletContext context) {
        List<String> patterns = new ArrayList<>(formLogin(context));
        String named = Caller.setting(context, PROPERTY);
        if (named != null) {
            for (String each : named.split(",")) {
                String pattern = each.strip();
                String path = pattern.endsWith("/*") ? pattern.substring(0, pattern.length() - 1) : pattern;
                if (!pattern.isEmpty() && (!path.startsWith("/") || path.contains("*") || path.equals("/"))) {
                    throw new IllegalArgumentException(
                            PROPERTY + " takes /PATH and /PATH/*, separated by commas; not " + pattern);
                }
                if (!pattern.isEmpty()) {
                    patterns.add(pattern);
                }
            }
        }
        return new OpenPaths(patterns);
    }

    boolean include(HttpServletRequest request) {
        String info = request.getPathInfo();
        String path = info == null ? request.getServletPath() : request.getServletPath() + info;
        return patterns.stream()
                .anyMatch(pattern -> pattern.endsWith("/*")
                        ? path.startsWith(pattern.substring(0, pattern.length() - 1))
                        : path.equals(pattern));
    }

    private static List<String> formLogin(ServletContext context) {
        try (InputStream descriptor = context.getResourceAsStream("/WEB-INF/web.xml")) {
            return descriptor == null ? List.of() : pages(descriptor);
        } catch (IOException | XMLStreamException e) {
            throw new IllegalStateException("The pages of the login cannot be read from web.xml", e);
        }
    }

    static List<String> pages(InputStream descriptor) throws XMLStreamException {
        XMLInputFactory factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        XMLStreamReader reader = factory.createXMLStreamReader(descriptor);
        List<String> pages = new ArrayList<>();
        try {
            while (reader.hasNext()) {
                String page = reader.next() == XMLStreamConstants.START_ELEMENT ? page(reader) : null;
                if (page != null) {
                    pages.add(page);
                }
            }
        } finally {
            reader.close();
        }
        return pages;
    }

    private static @Nullable String page(XMLStreamReader reader) throws XMLStreamException {
        return switch (reader.getLocalName()) {
            // As Jetty's: what follows a question mark is not of the path.
            case "form-login-page", "form-error-page" ->
                reader.getElementText().strip().replaceFirst("\\?.*", "");
            default -> null;
        };
    }
}

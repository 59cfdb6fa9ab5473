package dev.latchkey.it.clients;

import dev.latchkey.it.clients.Ask.Who;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What was seen of the clients, as a table in Markdown: a row each, GET and POST in one cell where they agree. */
final class ClientTable {
    private static final List<Who> WHO = List.of(Who.values());

    private final Map<String, Map<String, Set<String>>> rows = new LinkedHashMap<>();

    synchronized void add(String client, Ask ask, Outcome outcome) {
        // On TLS 1.3 one column is enough: the certificate does not matter where none can be asked for.
        String column = ask.tls().equals("1.3") ? "1.3" : ask.tls() + ask.who();
        rows.computeIfAbsent(client, key -> new LinkedHashMap<>())
                .computeIfAbsent(column, key -> new LinkedHashSet<>())
                .add(outcome.words());
    }

    synchronized String markdown() {
        StringBuilder text = new StringBuilder("| client | TLS 1.2, trusted certificate | TLS 1.2, no certificate"
                + " | TLS 1.2, untrusted certificate | TLS 1.3 |\n|---|---|---|---|---|\n");
        rows.forEach((client, cells) -> {
            text.append("| ").append(client);
            WHO.forEach(who -> text.append(" | ").append(cell(cells.get("1.2" + who))));
            text.append(" | ").append(cell(cells.get("1.3"))).append(" |\n");
        });
        return text.toString();
    }

    private static String cell(Set<String> outcomes) {
        return outcomes == null ? "not run" : outcomes.stream().collect(Collectors.joining(" / "));
    }
}

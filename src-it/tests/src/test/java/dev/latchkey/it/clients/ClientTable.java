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
    private static final List<String> TLS = List.of("1.2", "1.3");
    private static final List<Who> WHO = List.of(Who.values());

    private final Map<String, Map<String, Set<String>>> rows = new LinkedHashMap<>();

    synchronized void add(String client, Ask ask, Outcome outcome) {
        String column = ask.tls() + ask.who();
        rows.computeIfAbsent(client, key -> new LinkedHashMap<>())
                .computeIfAbsent(column, key -> new LinkedHashSet<>())
                .add(outcome.words());
    }

    synchronized String markdown() {
        StringBuilder text = new StringBuilder("| client");
        for (String tls : TLS) {
            WHO.forEach(who -> text.append(" | TLS ").append(tls).append(", ").append(who));
        }
        text.append(" |\n|---").append("|---".repeat(TLS.size() * WHO.size())).append("|\n");
        rows.forEach((client, cells) -> {
            text.append("| ").append(client);
            for (String tls : TLS) {
                WHO.forEach(who -> text.append(" | ").append(cell(cells.get(tls + who))));
            }
            text.append(" |\n");
        });
        return text.toString();
    }

    private static String cell(Set<String> outcomes) {
        return outcomes == null ? "not run" : outcomes.stream().collect(Collectors.joining(" / "));
    }
}

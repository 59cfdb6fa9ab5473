package dev.latchkey.it.clients;

import dev.latchkey.it.ServerParts;
import java.util.Map;

/** What came of a step-up, as the client sees it; with its words for the table. */
enum Outcome {
    CERTIFICATE("200, certificate"),
    NO_CERTIFICATE("200, none"),
    UNTRUSTED("403 untrusted"),
    ENGINE_CANNOT("403 engine-cannot"),
    CLIENT_CANNOT("403 client-cannot"),
    CONNECTION_ENDS("connection ends"),
    OTHER("other");

    private final String words;

    Outcome(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }

    static Outcome of(Answers answers, Ask ask) {
        return answers.secure().map(answer -> of(answer, ask)).orElse(CONNECTION_ENDS);
    }

    private static Outcome of(Answer answer, Ask ask) {
        Map<String, String> values = answer.values();
        if (answer.status() == 403) {
            return switch (values.getOrDefault("reason", "")) {
                case "untrusted" -> UNTRUSTED;
                case "engine-cannot" -> ENGINE_CANNOT;
                case "client-cannot" -> CLIENT_CANNOT;
                default -> OTHER;
            };
        }
        if (answer.status() != 200 || !ask.mechanism().equals(values.get("mechanism"))) {
            return OTHER;
        }
        return switch (values.getOrDefault("subject", "?")) {
            case ServerParts.ALICE -> CERTIFICATE;
            case "" -> NO_CERTIFICATE;
            default -> OTHER;
        };
    }
}

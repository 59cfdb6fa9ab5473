package dev.latchkey.it.clients;

import dev.latchkey.testkit.HttpAnswer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What an answer of the step-up example says.
 *
 * @param status the status code
 * @param values the body's lines {@code name=value}
 */
record Answer(int status, Map<String, String> values) {
    static Answer of(HttpAnswer answer) {
        return new Answer(answer.status(), answer.values());
    }

    static Answer of(int status, byte[] body) {
        return new Answer(
                status,
                new String(body, StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> line.indexOf('=') > 0)
                        .collect(Collectors.toMap(
                                line -> line.substring(0, line.indexOf('=')),
                                line -> line.substring(line.indexOf('=') + 1))));
    }
}

package dev.latchkey.example.stepup;

import dev.latchkey.ClientCertificate;
import dev.latchkey.Mechanism;
import java.security.cert.X509Certificate;

/**
 * The page's text. All that comes from the client is escaped. Immutable.
 *
 * @param connection what the connection is
 * @param certificate what is known of the client's certificate
 * @param outcome what came of the button that was pressed; empty when none was
 */
record Page(Connection connection, ClientCertificate certificate, String outcome) {
    String html() {
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>Latchkey: a certificate when it is needed</title>
                <link rel="icon" href="data:,">
                <link rel="stylesheet" href="style.css">
                </head>
                <body>
                <main>
                <h1>A certificate when it is needed</h1>
                <p>This page was served without asking for a client certificate. The buttons ask for it on the
                connection that is open already.</p>
                %s<section aria-labelledby="connection">
                <h2 id="connection">This connection</h2>
                <dl>
                %s%s%s</dl>
                </section>
                <section aria-labelledby="certificate">
                <h2 id="certificate">Your certificate</h2>
                %s</section>
                <section aria-labelledby="ask">
                <h2 id="ask">Step up</h2>
                <form method="post" action="./">
                %s%s%s%s</form>
                <p>Browsers come by HTTP/2, where nobody can be asked: they are sent back to HTTP/1.1 for it. See the README
                for what each client does.</p>
                </section>
                <section aria-labelledby="plain">
                <h2 id="plain">The same, as plain text</h2>
                <ul>
                <li><a href="open">open</a>: never asks</li>
                <li><a href="secure">secure</a>: asks, and goes on without</li>
                <li><a href="required">required</a>: asks, and needs one</li>
                <li><a href="guarded">guarded</a>: needs one, by an annotation alone</li>
                <li><a href="fresh">fresh</a>: asks again although one is known</li>
                <li><a href="async">async</a>: asks, and holds no thread meanwhile</li>
                <li><a href="injected">injected</a>: asks, the service injected by CDI</li>
                </ul>
                </section>
                </main>
                </body>
                </html>
                """.formatted(
                        outcome.isEmpty() ? "" : "<p role=\"status\" class=\"outcome\">" + escape(outcome) + "</p>\n",
                        row("TLS", connection.protocol()),
                        row("Cipher suite", connection.cipherSuite()),
                        row("HTTP", connection.httpVersion()),
                        certificate.certificate().map(this::details).orElse("<p>None is known.</p>\n"),
                        button("want", "Ask for a certificate", "and go on without, if there is none"),
                        button("need", "Require a certificate", "and refuse to go on without"),
                        button("fresh", "Ask afresh", "for a new proof, although one may be known"),
                        button("forget", "Forget it", "and close this connection"));
    }

    private String details(X509Certificate leaf) {
        return "<dl>\n" + row("Subject", Names.subject(leaf))
                + row("Issuer", Names.issuer(leaf))
                + row("Serial number", leaf.getSerialNumber().toString(16))
                + row("Valid until", leaf.getNotAfter().toInstant().toString())
                + row("Trusted", certificate.isTrusted() ? "yes" : "no")
                + row(
                        "How it came",
                        certificate.mechanism().map(Mechanism::token).orElse(""))
                + "</dl>\n";
    }

    private static String row(String name, String value) {
        return "<dt>" + name + "</dt><dd>" + (value.isEmpty() ? "none" : escape(value)) + "</dd>\n";
    }

    private static String button(String wish, String label, String effect) {
        return "<p><button name=\"ask\" value=\"" + wish + "\">" + label + "</button> " + effect + "</p>\n";
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}

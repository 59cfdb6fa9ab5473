/**
 * Starts the real jetty-home in a process of its own, deploys web applications, and always takes the process down.
 *
 * <pre>{@code
 * JettyHome home = JettyHome.at(Path.of("jetty-home-12.1.12.zip"));
 * try (JettyHomeRun run = home.base(Path.of("target/base"))
 *         .environments("ee10")
 *         .keyStore(keyStore, "password")
 *         .start()) {
 *     run.deploy("hello", Path.of("hello.war"));
 *     ... https://localhost:<run.httpsPort()>/hello/ ...
 * }
 * }</pre>
 *
 * <p>With Arquillian the same is configured in {@code arquillian.xml}: see
 * {@link dev.latchkey.container.JettyHomeContainerConfiguration}.
 *
 * <p>The room's rules: nothing here knows Latchkey or Jetty's classes; the server is driven as a user drives it, by
 * start.jar, ini files and the webapps directory, and read by its log. Only the classes named {@code …Container…} link
 * to Arquillian. What was started is ended by its process id, on every path.
 *
 * <p>Nothing is null unless it is marked {@code @Nullable}.
 */
@NullMarked
package dev.latchkey.container;

import org.jspecify.annotations.NullMarked;

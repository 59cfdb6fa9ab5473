/** The contract of {@code examples/demo/run}: the script itself is run, and asked with curl. */
package dev.latchkey.it.demo;

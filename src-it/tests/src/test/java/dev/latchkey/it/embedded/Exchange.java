package dev.latchkey.it.embedded;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** What a servlet of a test does with a request. */
@FunctionalInterface
public interface Exchange {
    /** Answers. What it throws leaves the servlet as it is. */
    void handle(HttpServletRequest request, HttpServletResponse response) throws Exception;
}

/**
 * A web application that asks for the client's certificate when a request needs it, and not before.
 *
 * <p>Read {@link dev.latchkey.example.stepup.SecureServlet} first: it is all that an application has to write. The
 * others show one variation each: {@link dev.latchkey.example.stepup.RequiredServlet} needs a certificate,
 * {@link dev.latchkey.example.stepup.FreshServlet} wants a new proof of it,
 * {@link dev.latchkey.example.stepup.AsyncServlet} holds no thread while the client's user chooses,
 * {@link dev.latchkey.example.stepup.InjectedServlet} lets CDI find the service,
 * {@link dev.latchkey.example.stepup.OpenServlet} never asks, {@link dev.latchkey.example.stepup.ForgetServlet} takes it
 * back, and {@link dev.latchkey.example.stepup.PageServlet} is the page for people.
 *
 * <p>Each answer but the page's is {@code text/plain}, one {@code name=value} a line, written by
 * {@link dev.latchkey.example.stepup.Answer}. The room's rules: servlets hold no logic but their one idea; all that is
 * shown is escaped; it runs on ee9, ee10 and ee11, with and without the server's CDI module, so everything is declared
 * in web.xml and nothing but {@code InjectedServlet} needs CDI.
 *
 * <p>Nothing is null unless it is marked {@code @Nullable}.
 */
@NullMarked
package dev.latchkey.example.stepup;

import org.jspecify.annotations.NullMarked;

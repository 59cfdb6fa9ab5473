/**
 * Makes {@code @Inject ClientCertificates} work, and {@code @RequireClientCertificate} on beans.
 *
 * <p>Put this jar into {@code WEB-INF/lib}, beside the CDI implementation:
 *
 * <pre>{@code
 * @WebServlet("/orders")
 * public class Orders extends HttpServlet {
 *     @Inject ClientCertificates certificates;
 *
 *     protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
 *         ClientCertificate c = certificates.negotiateClientCertificate();
 *         ...
 * }</pre>
 *
 * <p>What is injected stands for the request that the calling thread is in, so it may be kept in a servlet or in a
 * bean of any scope. A thread that is in no request, such as one of an executor, gets
 * {@link jakarta.enterprise.context.ContextNotActiveException}: there, use what a call to
 * {@link dev.latchkey.ClientCertificates#of(Object)} returned while the request was at hand.
 *
 * <p>The room's rules: one bean, one check, one guard, and nothing of one CDI implementation. CDI 4.0 and 4.1, Servlet 5.0 to 6.1.
 *
 * <p>Nothing is null unless it is marked {@code @Nullable}.
 */
@NullMarked
package dev.latchkey.cdi;

import org.jspecify.annotations.NullMarked;

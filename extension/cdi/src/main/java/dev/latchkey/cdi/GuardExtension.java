package dev.latchkey.cdi;

import dev.latchkey.ClientCertificateGuard;
import dev.latchkey.RequireClientCertificate;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.AfterDeploymentValidation;
import jakarta.enterprise.inject.spi.Annotated;
import jakarta.enterprise.inject.spi.AnnotatedMethod;
import jakarta.enterprise.inject.spi.AnnotatedType;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.DefinitionException;
import jakarta.enterprise.inject.spi.DeploymentException;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.enterprise.inject.spi.InterceptionType;
import jakarta.enterprise.inject.spi.ProcessAnnotatedType;
import jakarta.enterprise.inject.spi.ProcessManagedBean;
import jakarta.enterprise.inject.spi.WithAnnotations;
import jakarta.enterprise.inject.spi.configurator.AnnotatedTypeConfigurator;
import jakarta.enterprise.util.AnnotationLiteral;
import jakarta.servlet.Filter;
import jakarta.servlet.Servlet;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.EventListener;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Binds the guard's interceptor to beans with {@link RequireClientCertificate}, and tells the server which classes are guarded by it.
 *
 * <p>The server refuses an application with the annotation on any other class. So what is not told here is what another
 * container makes, past CDI: servlets (which the server guards itself), filters, listeners, end points, JAX-RS resources.
 * Called by the container, one thread at a time.
 */
public class GuardExtension implements Extension {
    /** By the application's loader, which a container has set as the thread's; this jar may be shared. */
    private static final Map<ClassLoader, Set<String>> GUARDED = new WeakHashMap<>();

    /** Classes with one of these are made by who owns the annotation, not always by CDI. */
    private static final Set<String> MADE_ELSEWHERE = Set.of(
            "jakarta.websocket.server.ServerEndpoint",
            "jakarta.websocket.ClientEndpoint",
            "jakarta.ws.rs.Path",
            "jakarta.ws.rs.ext.Provider");

    /** Has no members. */
    private static final Guarded BINDING = new Binding();

    private static final class Binding extends AnnotationLiteral<Guarded> implements Guarded {
        private static final long serialVersionUID = 1L;
    }

    private final Set<String> guarded = new TreeSet<>();

    /** Servlets are the server's to guard, and so stay without. */
    <T> void bind(@Observes @WithAnnotations(RequireClientCertificate.class) ProcessAnnotatedType<T> discovered) {
        AnnotatedType<T> type = discovered.getAnnotatedType();
        if (Servlet.class.isAssignableFrom(type.getJavaClass())
                || type.getJavaClass() == GuardInterceptor.class
                || type.getJavaClass().isAnnotation()) {
            return;
        }
        AnnotatedTypeConfigurator<T> configured = discovered.configureAnnotatedType();
        if (type.isAnnotationPresent(RequireClientCertificate.class)) {
            configured.add(BINDING);
        }
        configured
                .filterMethods(method -> method.isAnnotationPresent(RequireClientCertificate.class))
                .forEach(method -> method.add(BINDING));
    }

    <T> void note(@Observes ProcessManagedBean<T> bean) {
        AnnotatedType<T> type = bean.getAnnotatedBeanClass();
        boolean any = isGuard(type);
        for (AnnotatedMethod<? super T> method : type.getMethods()) {
            if (isGuard(method)) {
                any = true;
                refuse(
                        bean,
                        method.getJavaMember(),
                        problem(method.getJavaMember().getModifiers()));
            }
        }
        if (any && !isMadeElsewhere(type.getJavaClass())) {
            for (Class<?> c = type.getJavaClass(); c != null; c = c.getSuperclass()) {
                guarded.add(c.getName()); // an annotation on a superclass is this bean's too
                for (Method method : c.getDeclaredMethods()) {
                    if (method.isAnnotationPresent(RequireClientCertificate.class)
                            && isOverriddenWithout(method, type.getJavaClass())) {
                        refuse(bean, method, "overridden without it below");
                    }
                }
            }
        }
    }

    private static void refuse(ProcessManagedBean<?> bean, Method method, @Nullable String problem) {
        if (problem != null) {
            bean.addDefinitionError(new DefinitionException(
                    "@RequireClientCertificate would not be enforced on " + method + ", because it is " + problem));
        }
    }

    /** A method does not have the annotation of the one that it overrides, whoever calls it by the superclass. */
    private static boolean isOverriddenWithout(Method method, Class<?> bean) {
        if (bean.isAnnotationPresent(RequireClientCertificate.class)) {
            return false; // all its methods are guarded
        }
        for (Class<?> c = bean; c != null && c != method.getDeclaringClass(); c = c.getSuperclass()) {
            for (Method below : c.getDeclaredMethods()) {
                if (below.getName().equals(method.getName())
                        && Arrays.equals(below.getParameterTypes(), method.getParameterTypes())
                        && !below.isAnnotationPresent(RequireClientCertificate.class)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isGuard(Annotated annotated) {
        RequireClientCertificate annotation = annotated.getAnnotation(RequireClientCertificate.class);
        if (annotation == null) {
            return false;
        }
        try {
            ClientCertificateGuard.of(annotation);
            return true;
        } catch (IllegalArgumentException x) {
            throw new DefinitionException("@RequireClientCertificate on " + annotated + ": " + x.getMessage(), x);
        }
    }

    private static @Nullable String problem(int modifiers) {
        if (Modifier.isStatic(modifiers)) {
            return "static";
        }
        if (Modifier.isPrivate(modifiers)) {
            return "private";
        }
        return Modifier.isFinal(modifiers) ? "final" : null;
    }

    private static boolean isMadeElsewhere(Class<?> type) {
        if (Servlet.class.isAssignableFrom(type)
                || Filter.class.isAssignableFrom(type)
                || EventListener.class.isAssignableFrom(type)) {
            return true;
        }
        for (Annotation annotation : type.getAnnotations()) {
            if (MADE_ELSEWHERE.contains(annotation.annotationType().getName())) {
                return true;
            }
        }
        return false;
    }

    void check(@Observes AfterDeploymentValidation validation, BeanManager manager) {
        if (!guarded.isEmpty()
                && manager.resolveInterceptors(InterceptionType.AROUND_INVOKE, BINDING)
                        .isEmpty()) {
            validation.addDeploymentProblem(new DeploymentException(
                    "@RequireClientCertificate would not be enforced: Latchkey's interceptor is switched off"));
        }
        synchronized (GUARDED) {
            GUARDED.put(Thread.currentThread().getContextClassLoader(), Set.copyOf(guarded));
        }
    }

    /**
     * {@return the names of the classes of an application that are guarded; called by the server, by this name}
     *
     * @param application its class loader
     */
    public static Set<String> guardedClasses(ClassLoader application) {
        synchronized (GUARDED) {
            return GUARDED.getOrDefault(application, Set.of());
        }
    }
}

package dev.latchkey.it.home.beans;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Typed;

/** Guarded by its superclass's annotation. */
@ApplicationScoped
@Typed(InheritingBean.class)
public class InheritingBean extends GuardedBean {
    @Override
    public String word() {
        return "inherited";
    }
}

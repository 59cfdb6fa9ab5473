package dev.latchkey.impersonation.http;

import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.jetty.client.Authentication;
import org.eclipse.jetty.client.AuthenticationStore;
import org.jspecify.annotations.Nullable;

/** Remembers ways to authenticate, and no result of one: a result would be sent for whoever asks next. Any thread. */
final class ForgetfulAuthenticationStore implements AuthenticationStore {
    private final List<Authentication> authentications = new CopyOnWriteArrayList<>();

    @Override
    public void addAuthentication(Authentication authentication) {
        authentications.add(authentication);
    }

    @Override
    public void removeAuthentication(Authentication authentication) {
        authentications.remove(authentication);
    }

    @Override
    public void clearAuthentications() {
        authentications.clear();
    }

    @Override
    public @Nullable Authentication findAuthentication(String type, URI uri, @Nullable String realm) {
        return authentications.stream()
                .filter(each -> each.matches(type, uri, realm))
                .findFirst()
                .orElse(null);
    }

    @Override
    public void addAuthenticationResult(Authentication.Result result) {}

    @Override
    public void removeAuthenticationResult(Authentication.Result result) {}

    @Override
    public void clearAuthenticationResults() {}

    @Override
    public Authentication.@Nullable Result findAuthenticationResult(URI uri) {
        return null;
    }

    @Override
    public boolean hasAuthenticationResults() {
        return false;
    }
}

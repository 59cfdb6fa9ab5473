package dev.latchkey.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Puts held certificates into PKCS #12 key stores (RFC 7292), in memory or as a file.
 *
 * <p>Static; any thread.
 */
public final class KeyStores {
    private KeyStores() {}

    /** {@return a key store with one entry, alias {@code key}: the private key with its chain} */
    public static KeyStore holding(HeldCertificate held, String password) {
        return holding(Map.of("key", held), password);
    }

    /**
     * Makes a key store with private keys.
     *
     * @param entries what to hold, by alias
     * @param password protects each key
     * @return the store, in memory
     */
    public static KeyStore holding(Map<String, HeldCertificate> entries, String password) {
        try {
            KeyStore store = empty();
            for (Map.Entry<String, HeldCertificate> entry : entries.entrySet()) {
                HeldCertificate held = entry.getValue();
                store.setKeyEntry(
                        entry.getKey(),
                        held.keys().getPrivate(),
                        password.toCharArray(),
                        held.chain().toArray(new Certificate[0]));
            }
            return store;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("The key store could not be made", e);
        }
    }

    /** {@return a trust store with these certificates, aliases {@code ca-0} and so on} */
    public static KeyStore trusting(HeldCertificate... authorities) {
        return trusting(List.of(authorities));
    }

    /** {@return a trust store with these certificates, aliases {@code ca-0} and so on} */
    public static KeyStore trusting(Collection<HeldCertificate> authorities) {
        try {
            KeyStore store = empty();
            int number = 0;
            for (HeldCertificate authority : authorities) {
                store.setCertificateEntry("ca-" + number++, authority.certificate());
            }
            return store;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("The trust store could not be made", e);
        }
    }

    /**
     * Writes a store to a file that only its owner may read.
     *
     * @param store the store
     * @param file where; replaced if it exists
     * @param password protects the file
     * @return the file
     * @throws IOException if it cannot be written
     */
    public static Path write(KeyStore store, Path file, String password) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            store.store(bytes, password.toCharArray());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The key store has no encoding", e);
        }
        return PrivateFiles.write(file, bytes.toByteArray());
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}

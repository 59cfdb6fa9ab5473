package dev.latchkey.it.tls;

import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.Tamper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Vector;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.ContentType;
import org.bouncycastle.tls.DefaultTlsClient;
import org.bouncycastle.tls.HashAlgorithm;
import org.bouncycastle.tls.NameType;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.ServerName;
import org.bouncycastle.tls.SignatureAlgorithm;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsClientProtocol;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsServerCertificate;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.bc.BcDefaultTlsCredentialedSigner;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;

/**
 * The crafted client on TLS 1.2, by Bouncy Castle's low-level API: from the second ClientHello on, or the first, each
 * message goes through the recipe's hands, under encryption.
 */
final class Crafted12 extends CraftedClient {
    private final CraftedRecipe recipe;
    private final Socket socket;
    private final Protocol protocol;
    private final List<byte[]> serverCertificates = new CopyOnWriteArrayList<>();
    private int handshakes;
    private int timesAsked;
    private byte[] lastClientHello = {};

    Crafted12(CraftedRecipe recipe, int port) throws IOException {
        this.recipe = recipe;
        this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(30_000);
        this.protocol = new Protocol(socket.getInputStream(), socket.getOutputStream());
        try {
            sendBare(recipe.preface.getBytes(StandardCharsets.US_ASCII));
            protocol.connect(new Client(new BcTlsCrypto(new SecureRandom())));
        } catch (IOException | RuntimeException x) {
            socket.close();
            throw x;
        }
    }

    @Override
    void send(String text) throws IOException {
        protocol.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    HttpAnswer read() throws IOException {
        return HttpAnswer.readFinal(protocol.getInputStream());
    }

    @Override
    void readTimeout(int millis) throws IOException {
        socket.setSoTimeout(millis);
    }

    @Override
    int readByte() throws IOException {
        return protocol.getInputStream().read();
    }

    @Override
    void record(int contentType, byte[] payload) throws IOException {
        protocol.plainRecord(contentType, payload);
    }

    @Override
    void sendBare(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    @Override
    byte[] lastClientHello() {
        return lastClientHello.clone();
    }

    @Override
    String protocolVersion() {
        return protocol.version();
    }

    @Override
    int handshakes() {
        return handshakes;
    }

    @Override
    int timesAsked() {
        return timesAsked;
    }

    @Override
    List<byte[]> serverCertificates() {
        return new ArrayList<>(serverCertificates);
    }

    @Override
    void drain() throws IOException {
        socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    }

    @Override
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private final class Protocol extends TlsClientProtocol implements Tamper.Wire {
        Protocol(InputStream in, OutputStream out) {
            super(in, out);
        }

        String version() {
            ProtocolVersion version = getContext().getServerVersion();
            return version.equals(ProtocolVersion.TLSv12) ? "TLSv1.2" : version.toString();
        }

        @Override
        protected int getRenegotiationPolicy() {
            return recipe.policy;
        }

        @Override
        protected void beginHandshake(boolean renegotiation) throws IOException {
            handshakes++;
            super.beginHandshake(renegotiation);
        }

        @Override
        protected void safeWriteRecord(short type, byte[] buffer, int offset, int length) throws IOException {
            if (type != ContentType.handshake) {
                super.safeWriteRecord(type, buffer, offset, length);
                return;
            }
            byte[] message = Arrays.copyOfRange(buffer, offset, offset + length);
            if (message[0] == CLIENT_HELLO) {
                lastClientHello = message.clone();
            }
            if (handshakes >= recipe.tamperFrom) {
                recipe.tamper.send(message[0], message, this);
            } else {
                super.safeWriteRecord(type, buffer, offset, length);
            }
        }

        void plainRecord(int contentType, byte[] payload) throws IOException {
            super.safeWriteRecord((short) contentType, payload, 0, payload.length);
        }

        @Override
        public void record(int contentType, byte[] payload) throws IOException {
            plainRecord(contentType, payload);
        }

        @Override
        public void bare(byte[] bytes) throws IOException {
            sendBare(bytes);
        }

        @Override
        public void closeBare() throws IOException {
            socket.close();
        }
    }

    private final class Client extends DefaultTlsClient {
        private final BcTlsCrypto crypto;

        Client(BcTlsCrypto crypto) {
            super(crypto);
            this.crypto = crypto;
        }

        @Override
        protected ProtocolVersion[] getSupportedVersions() {
            return ProtocolVersion.TLSv12.only();
        }

        @Override
        public int[] getCipherSuites() {
            return recipe.suites == null ? super.getCipherSuites() : recipe.suites[Math.min(handshakes - 1, 1)];
        }

        @Override
        @SuppressWarnings({"rawtypes", "unchecked"}) // the library's own signature
        protected Vector getSNIServerNames() {
            String name = handshakes > 1 ? recipe.secondName : recipe.firstName;
            if (name == null) {
                return null;
            }
            Vector names = new Vector();
            names.add(new ServerName(NameType.host_name, name.getBytes(StandardCharsets.US_ASCII)));
            return names;
        }

        @Override
        public TlsAuthentication getAuthentication() {
            return new TlsAuthentication() {
                @Override
                public void notifyServerCertificate(TlsServerCertificate server) throws IOException {
                    serverCertificates.add(
                            server.getCertificate().getCertificateAt(0).getEncoded());
                }

                @Override
                public TlsCredentials getClientCredentials(CertificateRequest request) throws IOException {
                    int turn = Math.min(timesAsked++, recipe.certificates.length - 1);
                    HeldCertificate shown = recipe.certificates[turn];
                    return shown == null ? null : credentials(shown);
                }
            };
        }

        private static short signature(HeldCertificate shown) {
            String key = shown.keys().getPrivate().getAlgorithm();
            return key.equals("EC") ? SignatureAlgorithm.ecdsa : SignatureAlgorithm.rsa;
        }

        private TlsCredentials credentials(HeldCertificate shown) throws IOException {
            try {
                List<TlsCertificate> chain = new ArrayList<>();
                for (var each : shown.chain()) {
                    chain.add(crypto.createCertificate(each.getEncoded()));
                }
                return new BcDefaultTlsCredentialedSigner(
                        new TlsCryptoParameters(context),
                        crypto,
                        PrivateKeyFactory.createKey(shown.keys().getPrivate().getEncoded()),
                        new Certificate(chain.toArray(TlsCertificate[]::new)),
                        SignatureAndHashAlgorithm.getInstance(HashAlgorithm.sha256, signature(shown)));
            } catch (CertificateEncodingException x) {
                throw new IOException(x);
            }
        }
    }
}

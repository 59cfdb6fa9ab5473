package dev.latchkey.testkit;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.Principal;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import javax.crypto.KeyAgreement;
import org.jspecify.annotations.Nullable;

/**
 * One blocking connection of a {@link Tls13Client}: the client's side of RFC 8446, as far as a test needs it.
 *
 * <p>What the server asks is answered by the thread that reads. One thread may read while another writes.
 */
public final class Tls13Connection implements AutoCloseable {
    private static final int CLOSE_NOTIFY = 0;
    private static final int INTERNAL_ERROR = 80;

    private final Tls13Client client;
    private final Tls13Records records;
    private final MessageDigest transcript = TrafficKeys.newTranscript();
    private final HandshakeWitness witness = new HandshakeWitness();
    private final InputStream in = new Reading();
    private final OutputStream out = new Writing();

    /** Handshake bytes that are no whole message yet. */
    private ByteBuffer messages = ByteBuffer.allocate(0);

    private ByteBuffer data = ByteBuffer.allocate(0);
    private boolean ended;
    private boolean asleep;
    private X509Certificate[] serverChain = {};
    private byte[] clientHello = {};
    private @Nullable TrafficKeys reading;
    private @Nullable TrafficKeys writing;
    private int tickets;
    private int keyUpdates;

    Tls13Connection(Tls13Client client, Socket socket) throws IOException {
        this.client = client;
        this.records = new Tls13Records(socket);
    }

    void handshake() throws IOException {
        KeyPair share = KeyAlgorithm.EC_P256.newKeyPair();
        clientHello = Tls13Messages.clientHello(
                (ECPublicKey) share.getPublic(), client.serverName, client.offersPostHandshake);
        send(clientHello, client.tampersFromTheStart);
        transcript.update(clientHello);
        ByteBuffer hello = expect(Tls13Messages.SERVER_HELLO);
        byte[] none = new byte[TrafficKeys.HASH];
        byte[] early = TrafficKeys.hmac(none, none);
        byte[] handshake = TrafficKeys.hmac(derive(early, "derived"), agree(share, Tls13Messages.serverShare(hello)));
        byte[] hash = TrafficKeys.hash(transcript);
        TrafficKeys fromServer = new TrafficKeys(secret(handshake, "s hs traffic", hash));
        TrafficKeys fromClient = new TrafficKeys(secret(handshake, "c hs traffic", hash));
        records.readWith(fromServer);
        records.writeWith(fromClient);
        byte[] request = serverFlight(fromServer);
        byte[] master = TrafficKeys.hmac(derive(handshake, "derived"), none);
        hash = TrafficKeys.hash(transcript);
        TrafficKeys toRead = new TrafficKeys(secret(master, "s ap traffic", hash));
        TrafficKeys toWrite = new TrafficKeys(secret(master, "c ap traffic", hash));
        reading = toRead;
        records.readWith(toRead);
        answer(transcript, fromClient, request, client.tampersFromTheStart);
        writing = toWrite;
        records.writeWith(toWrite);
    }

    /** {@return the body of the CertificateRequest of the first handshake, empty if there was none} */
    private byte[] serverFlight(TrafficKeys fromServer) throws IOException {
        expect(Tls13Messages.ENCRYPTED_EXTENSIONS);
        byte[] request = {};
        ByteBuffer next = nextMessage();
        if (next.get(0) == Tls13Messages.CERTIFICATE_REQUEST) {
            transcript.update(next.duplicate());
            request = body(next);
            next = nextMessage();
        }
        serverChain = Tls13Messages.chain(taken(next, Tls13Messages.CERTIFICATE));
        try {
            client.trust.checkServerTrusted(serverChain, "UNKNOWN");
        } catch (CertificateException e) {
            throw new IOException("The server's certificate is not trusted", e);
        }
        byte[] hash = TrafficKeys.hash(transcript);
        Tls13Signature.verify(serverChain[0].getPublicKey(), hash, expect(Tls13Messages.CERTIFICATE_VERIFY));
        byte[] finished = fromServer.finished(TrafficKeys.hash(transcript));
        if (!expect(Tls13Messages.FINISHED).equals(ByteBuffer.wrap(finished))) {
            throw new IOException("The server's Finished is not over what we have seen");
        }
        return request;
    }

    private static byte[] agree(KeyPair share, PublicKey other) throws IOException {
        try {
            KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
            agreement.init(share.getPrivate());
            agreement.doPhase(other, true);
            return agreement.generateSecret();
        } catch (GeneralSecurityException e) {
            throw new IOException("No secret can be agreed on", e);
        }
    }

    private static byte[] derive(byte[] secret, String label) {
        return secret(secret, label, TrafficKeys.newTranscript().digest());
    }

    private static byte[] secret(byte[] secret, String label, byte[] hash) {
        return TrafficKeys.expand(secret, label, hash, TrafficKeys.HASH);
    }

    /**
     * Certificate, CertificateVerify where there is something to prove, and Finished; all go into this transcript.
     *
     * @param base the keys that Finished is made with; null for those in use when it is sent
     */
    private void answer(MessageDigest over, @Nullable TrafficKeys base, byte[] request, boolean tampers)
            throws IOException {
        if (request.length > 0) {
            ByteBuffer body = ByteBuffer.wrap(request);
            byte[] context = Tls13Messages.take(body, 1);
            HeldCertificate shown = choose(Tls13Messages.authorities(Tls13Messages.take(body, 2)));
            byte[] certificate = Tls13Messages.certificate(context, shown);
            over.update(certificate);
            send(certificate, tampers);
            if (shown != null) {
                byte[] proof = Tls13Messages.message(
                        Tls13Messages.CERTIFICATE_VERIFY, Tls13Signature.sign(shown, TrafficKeys.hash(over)));
                over.update(proof);
                send(proof, tampers);
            }
        }
        TrafficKeys mac = base == null ? keys(writing) : base;
        byte[] finished = Tls13Messages.message(Tls13Messages.FINISHED, mac.finished(TrafficKeys.hash(over)));
        over.update(finished);
        send(finished, tampers);
    }

    private @Nullable HeldCertificate choose(Principal[] authorities) throws IOException {
        witness.asked(authorities);
        try {
            return client.answers.apply(authorities);
        } catch (RuntimeException e) {
            records.record(TlsRecord.ALERT, new byte[] {2, INTERNAL_ERROR});
            throw new IOException("This client breaks off", e);
        }
    }

    private void send(byte[] message, boolean tampers) throws IOException {
        if (tampers) {
            client.tamper.send(message[0], message.clone(), records);
        } else {
            records.write(TlsRecord.HANDSHAKE, message, 0, message.length);
        }
    }

    /** {@return the body of the next message, which is of this type; it is in the transcript} */
    private ByteBuffer expect(int type) throws IOException {
        return taken(nextMessage(), type);
    }

    private ByteBuffer taken(ByteBuffer message, int type) throws IOException {
        if (message.get(0) != type) {
            throw new IOException("The server sent handshake message " + message.get(0) + " in place of " + type);
        }
        transcript.update(message.duplicate());
        return ByteBuffer.wrap(body(message));
    }

    private static byte[] body(ByteBuffer message) {
        message.get();
        return Tls13Messages.take(message, 3);
    }

    private ByteBuffer nextMessage() throws IOException {
        ByteBuffer message = wholeMessage();
        while (message == null) {
            if (!readRecord()) {
                throw new EOFException("The server closed in the midst of a handshake");
            }
            message = wholeMessage();
        }
        return message;
    }

    private @Nullable ByteBuffer wholeMessage() {
        if (messages.remaining() < 4) {
            return null;
        }
        int length = 4 + (messages.getInt(messages.position()) & 0xffffff);
        if (messages.remaining() < length) {
            return null;
        }
        byte[] message = new byte[length];
        messages.get(message);
        return ByteBuffer.wrap(message);
    }

    /** Reads a record into what it belongs to; {@return false at the end} */
    private boolean readRecord() throws IOException {
        Tls13Records.Content content = ended ? null : records.read();
        if (content == null) {
            ended = true;
            return false;
        }
        byte[] payload = rest(content.payload());
        switch (content.type()) {
            case TlsRecord.HANDSHAKE -> messages = ByteBuffer.wrap(Tls13Messages.join(rest(messages), payload));
            case TlsRecord.APPLICATION_DATA -> data = ByteBuffer.wrap(payload);
            case TlsRecord.ALERT -> {
                if (payload[1] != CLOSE_NOTIFY) {
                    throw new FatalAlert(payload[1]);
                }
                ended = true;
            }
            default -> throw new IOException("A record of the unknown type " + content.type());
        }
        return !ended;
    }

    private static byte[] rest(ByteBuffer buffer) {
        byte[] rest = new byte[buffer.remaining()];
        buffer.get(rest);
        return rest;
    }

    /** Reads a record, and does what the messages in it ask for. {@return false at the end} */
    private boolean readOn() throws IOException {
        boolean going = readRecord();
        try {
            for (ByteBuffer message = wholeMessage(); message != null; message = wholeMessage()) {
                afterHandshake(message);
            }
        } catch (BufferUnderflowException e) {
            throw new IOException("The server sent a message that is shorter than it says", e);
        }
        return going;
    }

    private void afterHandshake(ByteBuffer message) throws IOException {
        switch (message.get(0)) {
            case Tls13Messages.NEW_SESSION_TICKET -> tickets++;
            case Tls13Messages.KEY_UPDATE -> serverUpdatedKeys(message.get(4) == 1);
            case Tls13Messages.CERTIFICATE_REQUEST -> {
                MessageDigest over = TrafficKeys.copy(transcript);
                over.update(message.duplicate());
                if (!asleep) {
                    answer(over, null, body(message), true);
                }
            }
            default -> throw new IOException("The server sent handshake message " + message.get(0) + " by itself");
        }
    }

    private static TrafficKeys keys(@Nullable TrafficKeys keys) throws IOException {
        if (keys == null) {
            throw new IOException("The handshake is not complete");
        }
        return keys;
    }

    private void serverUpdatedKeys(boolean wantsOurs) throws IOException {
        keyUpdates++;
        reading = keys(reading).updated();
        records.readWith(reading);
        if (wantsOurs) {
            updateKeys(false);
        }
    }

    /**
     * Updates the keys of what this client sends (RFC 8446 section 4.6.3).
     *
     * @param theServersToo asks the server to update its own, which it does before it writes again
     * @throws IOException if the server is gone
     */
    public void updateKeys(boolean theServersToo) throws IOException {
        synchronized (records) {
            byte[] update = {(byte) (theServersToo ? 1 : 0)};
            records.record(TlsRecord.HANDSHAKE, Tls13Messages.message(Tls13Messages.KEY_UPDATE, update));
            writing = keys(writing).updated();
            records.writeWith(writing);
        }
    }

    /** From now on reads requests for a certificate and never answers them. */
    public void ignoreRequests() {
        asleep = true;
    }

    /** {@return what comes; reading it answers the server} */
    public InputStream in() {
        return in;
    }

    /** {@return where data goes, in as few records as possible} */
    public OutputStream out() {
        return out;
    }

    /** {@return the connection below the handshake, for what no proper client sends} */
    public Tamper.Wire wire() {
        return records;
    }

    /** {@return the ClientHello, as a whole message} */
    public byte[] clientHello() {
        return clientHello.clone();
    }

    /** {@return how many times the server has asked for a certificate} */
    public int timesAsked() {
        return witness.timesAsked();
    }

    /** {@return the names of the authorities in the last request for a certificate, RFC 2253; empty for any} */
    public List<String> authorities() {
        return witness.authorities();
    }

    /** {@return how many session tickets came} */
    public int tickets() {
        return tickets;
    }

    /** {@return how many times the server has updated its keys} */
    public int keyUpdates() {
        return keyUpdates;
    }

    /** {@return the server's certificate} */
    public X509Certificate serverCertificate() {
        return serverChain[0];
    }

    /** {@return the socket below} */
    Socket socket() {
        return records.socket();
    }

    /** Bounds each read, in milliseconds. */
    public void readTimeout(int millis) throws IOException {
        socket().setSoTimeout(millis);
    }

    /** Reads what comes as it comes, and answers nothing, until the server closes. */
    public void drain() throws IOException {
        socket().getInputStream().transferTo(OutputStream.nullOutputStream());
    }

    /** Resets the connection (TCP RST). */
    public void reset() throws IOException {
        socket().setSoLinger(true, 0);
        socket().close();
    }

    /** Closes with a close_notify. */
    @Override
    public void close() throws IOException {
        try (Socket closing = socket()) {
            if (!closing.isClosed()) {
                records.record(TlsRecord.ALERT, new byte[] {1, CLOSE_NOTIFY});
            }
        } catch (IOException gone) {
            // The server has closed: nobody is left to be told.
        }
    }

    private final class Reading extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            while (!data.hasRemaining() && length > 0) {
                if (!readOn()) {
                    return -1;
                }
            }
            int count = Math.min(length, data.remaining());
            data.get(bytes, offset, count);
            return count;
        }
    }

    private final class Writing extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            records.write(TlsRecord.APPLICATION_DATA, bytes, offset, length);
        }
    }
}

package dev.latchkey.openssl;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What we add to a TLS session that can be resumed: OpenSSL's own keeps the peer's leaf certificate only.
 *
 * @param id the same for all tickets of one TLS session, so that it can be ended
 * @param created when the TLS session began, in milliseconds of the epoch
 * @param localChain the number of our chain in the context, or -1
 * @param intermediates the peer's certificates after its leaf, as it sent them
 */
record TicketData(SessionId id, long created, int localChain, List<X509Certificate> intermediates) {
    /** A ticket travels in each ClientHello; a longer chain than this is not worth it, and only its leaf is kept. */
    static final int MAX_CHAIN_SIZE = 12 * 1024;

    private static final int FORMAT = 2;

    byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(FORMAT);
            byte[] name = id.bytes();
            out.writeByte(name.length);
            out.write(name);
            out.writeLong(created);
            out.writeInt(localChain);
            List<byte[]> chain = encodedChain();
            out.writeByte(chain.size());
            for (byte[] certificate : chain) {
                out.writeInt(certificate.length);
                out.write(certificate);
            }
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What {@link #encode} made; null for anything else. The ticket is ours, so nothing in it is hostile. */
    static @Nullable TicketData decode(byte[] encoded) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(encoded))) {
            if (in.readByte() != FORMAT) {
                return null;
            }
            SessionId id = SessionId.of(in.readNBytes(in.readUnsignedByte()));
            long created = in.readLong();
            int localChain = in.readInt();
            int size = in.readUnsignedByte();
            List<X509Certificate> chain = new ArrayList<>(size);
            for (int i = 0; i < size; i++) {
                chain.add(Certificates.parse(in.readNBytes(in.readInt())));
            }
            return new TicketData(id, created, localChain, chain);
        } catch (IOException | CertificateException e) {
            return null;
        }
    }

    private List<byte[]> encodedChain() {
        List<byte[]> encoded = new ArrayList<>(intermediates.size());
        int size = 0;
        try {
            for (X509Certificate certificate : intermediates) {
                byte[] der = certificate.getEncoded();
                size += der.length;
                encoded.add(der);
            }
        } catch (CertificateException e) {
            return List.of();
        }
        return size > MAX_CHAIN_SIZE || encoded.size() > 255 ? List.of() : encoded;
    }
}

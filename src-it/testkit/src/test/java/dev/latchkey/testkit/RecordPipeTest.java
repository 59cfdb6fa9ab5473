package dev.latchkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.is;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RecordPipeTest {
    private static final byte[] HANDSHAKE = record(22, 1, 2, 3, 4);
    private static final byte[] DATA = record(23, 9, 9);

    @RegisterExtension
    final LeakedThreads threads = LeakedThreads.named("record-pipe-");

    private ServerSocket listener;
    private RecordPipe pipe;
    private Socket client;
    private Socket server;

    @BeforeEach
    void connect() throws Exception {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        pipe = RecordPipe.to(listener.getLocalPort());
        client = new Socket(InetAddress.getLoopbackAddress(), pipe.port());
        server = listener.accept();
        server.setSoTimeout(10_000);
        client.setSoTimeout(10_000);
    }

    @AfterEach
    void close() throws Exception {
        pipe.close();
        client.close();
        server.close();
        listener.close();
    }

    @Test
    void passesOnAndCountsByContentType() throws Exception {
        send(client, HANDSHAKE, DATA, record(21, 1, 0));
        assertThat(receive(server, 9 + 7 + 7)).startsWith(HANDSHAKE);
        send(server, record(20, 1));
        receive(client, 6);

        await().until(() -> pipe.toServer().records() == 3 && pipe.toClient().records() == 1);
        assertThat(pipe.toServer().contentTypes()).containsExactly(22, 23, 21);
        assertThat(pipe.toServer().records(TlsRecord.HANDSHAKE)).isEqualTo(1);
        assertThat(pipe.toServer().bytes()).isEqualTo(23);
        assertThat(pipe.toClient().contentTypes()).containsExactly(20);
        assertThat(pipe.connections()).isEqualTo(1);
    }

    @Test
    void cutsAfterExactlySoManyBytes() throws Exception {
        pipe.toServer().cutAfterBytes(11);
        send(client, HANDSHAKE, DATA);

        assertThat(receive(server, 11)).endsWith(23, 3);
        assertThat(server.getInputStream().read()).isEqualTo(-1);
        assertThat(endOf(client)).isTrue();
        await().until(() -> pipe.toServer().records(), is(1));
    }

    @Test
    void cutsAfterMoreBytesFromNowOn() throws Exception {
        send(client, HANDSHAKE);
        receive(server, 9);
        await().until(() -> pipe.toServer().records() == 1);
        pipe.toServer().cutAfterMoreBytes(1);
        send(client, DATA);

        assertThat(receive(server, 1)).containsExactly(23);
        assertThat(server.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void cutsAfterSoManyRecords() throws Exception {
        pipe.toServer().cutAfterRecords(2);
        send(client, HANDSHAKE, DATA, DATA);

        receive(server, 16);
        assertThat(endOf(server)).isTrue();
    }

    @Test
    void cutsAtOnceAndTakesNewConnections() throws Exception {
        pipe.cut();
        assertThat(endOf(server)).isTrue();
        assertThat(endOf(client)).isTrue();
        try (Socket again = new Socket(InetAddress.getLoopbackAddress(), pipe.port());
                Socket served = listener.accept()) {
            send(again, DATA);
            assertThat(receive(served, DATA.length)).isEqualTo(DATA);
        }
    }

    @Test
    void splitsIntoSegmentsOfOneByte() throws Exception {
        pipe.toServer().dribble(1, Duration.ofMillis(20));
        send(client, DATA);

        assertThat(server.getInputStream().read(new byte[100])).isEqualTo(1);
        assertThat(receive(server, 6)).isEqualTo(java.util.Arrays.copyOfRange(DATA, 1, 7));
    }

    @Test
    void stallsUntilToldAndKeepsTheOrder() throws Exception {
        pipe.toServer().stallAfterRecords(1);
        send(client, HANDSHAKE, DATA);
        assertThat(receive(server, 9)).isEqualTo(HANDSHAKE);
        send(server, DATA);
        assertThat(receive(client, 7)).as("the other direction flows").isEqualTo(DATA);
        server.setSoTimeout(100);
        assertThatThrownBy(() -> server.getInputStream().read()).hasMessageContaining("timed out");

        pipe.toServer().resume();
        server.setSoTimeout(10_000);
        assertThat(receive(server, 7)).isEqualTo(DATA);
    }

    @Test
    void holdsAndReleasesInOneWrite() throws Exception {
        List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
        pipe.toServer().hold().onRecord(record -> seen.add(record.contentType()));
        send(client, HANDSHAKE, DATA);
        await().until(() -> seen.size() == 2);
        assertThat(pipe.toServer().bytes()).isZero();

        pipe.toServer().release();
        assertThat(receive(server, 16)).startsWith(HANDSHAKE).endsWith(DATA);
    }

    @Test
    void coalescesRecords() throws Exception {
        pipe.toServer().coalesceRecords(2);
        send(client, HANDSHAKE);
        server.setSoTimeout(100);
        assertThatThrownBy(() -> server.getInputStream().read()).hasMessageContaining("timed out");
        server.setSoTimeout(10_000);
        send(client, DATA);
        assertThat(receive(server, 16)).startsWith(HANDSHAKE).endsWith(DATA);
    }

    @Test
    void injectsBetweenRecords() throws Exception {
        send(client, DATA);
        receive(server, 7);
        pipe.toServer().inject(new byte[] {0, 1, 2});
        send(client, HANDSHAKE);

        assertThat(receive(server, 12)).startsWith(0, 1, 2).endsWith(HANDSHAKE);
        await().until(() -> pipe.toServer().records(), is(2));
    }

    @Test
    void aCallbackActsOnItsOwnRecord() throws Exception {
        pipe.toServer().onRecord(record -> {
            if (record.contentType() == TlsRecord.APPLICATION_DATA) {
                pipe.cut();
            }
        });
        send(client, HANDSHAKE, DATA);

        assertThat(receive(server, 9)).isEqualTo(HANDSHAKE);
        assertThat(endOf(server)).isTrue();
        await().until(() -> pipe.toServer().records(), is(1));
    }

    @Test
    void bytesThatAreNoRecordsPassToo() throws Exception {
        send(client, "PROXY TCP4 127.0.0.1\r\n".getBytes());
        assertThat(receive(server, 22)).asString().startsWith("PROXY TCP4");
        await().until(() -> pipe.toServer().contentTypes().contains(TlsRecord.NONE));
    }

    @Test
    void anEndPassesInOneDirectionAlone() throws Exception {
        client.shutdownOutput();
        assertThat(server.getInputStream().read()).isEqualTo(-1);
        send(server, DATA);
        assertThat(receive(client, 7)).isEqualTo(DATA);
    }

    private static byte[] record(int type, int... content) {
        byte[] record = new byte[5 + content.length];
        record[0] = (byte) type;
        record[1] = 3;
        record[2] = 3;
        record[4] = (byte) content.length;
        for (int i = 0; i < content.length; i++) {
            record[5 + i] = (byte) content[i];
        }
        return record;
    }

    private static void send(Socket socket, byte[]... records) throws IOException {
        OutputStream out = socket.getOutputStream();
        for (byte[] record : records) {
            out.write(record);
        }
    }

    private static byte[] receive(Socket socket, int count) throws IOException {
        byte[] bytes = new byte[count];
        new DataInputStream(socket.getInputStream()).readFully(bytes);
        return bytes;
    }

    /** A cut shows as the end or as a reset. */
    private static boolean endOf(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (EOFException | java.net.SocketException e) {
            return true;
        }
    }
}

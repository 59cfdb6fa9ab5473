package dev.latchkey.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.junit.jupiter.api.Test;

/** Nobody takes all, who has nothing gets something, and what is given back is there again. */
class SharesTest {
    private static int takeAll(Shares shares, Object client, int most) {
        int count = 0;
        while (shares.tryTake(client, 1, most)) {
            count++;
        }
        return count;
    }

    @Test
    void eachClientLeavesAsMuchAsItHas() {
        Shares shares = new Shares();
        assertThat(takeAll(shares, "a", 100)).isEqualTo(50);
        assertThat(takeAll(shares, "b", 100)).isEqualTo(25);
        assertThat(takeAll(shares, "c", 100)).isEqualTo(13);
        assertThat(takeAll(shares, "a", 100)).isZero();
        shares.giveBack("b", 25);
        assertThat(takeAll(shares, "a", 100)).isZero();
        assertThat(takeAll(shares, "c", 100)).isEqualTo(12);
    }

    @Test
    void theLastOneIsForWhoHasNone() {
        Shares shares = new Shares();
        assertThat(shares.tryTake("a", 1, 0)).isFalse();
        assertThat(takeAll(shares, "a", 1)).isEqualTo(1);
        assertThat(takeAll(shares, "a", 2)).isZero();
        assertThat(takeAll(shares, "b", 2)).isEqualTo(1);
        assertThat(takeAll(shares, "c", 2)).isZero();
        // A bound that was lowered meanwhile is over-full, and nothing more.
        assertThat(shares.tryTake("c", 1, 1)).isFalse();
        assertThat(shares.taken()).isEqualTo(2);
    }

    @Test
    void whateverIsTakenAndGivenBackTheBoundHolds() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Shares shares = new Shares();
        Map<Integer, List<Integer>> taken = new HashMap<>();
        int sum = 0;
        for (int i = 0; i < 20_000; i++) {
            List<Integer> its = taken.computeIfAbsent(random.nextInt(12), c -> new ArrayList<>());
            Object client = taken.entrySet().stream()
                    .filter(e -> e.getValue() == its)
                    .findFirst()
                    .orElseThrow()
                    .getKey();
            int amount = 1 + random.nextInt(5);
            if (random.nextBoolean() && !its.isEmpty()) {
                amount = its.remove(random.nextInt(its.size()));
                shares.giveBack(client, amount);
                sum -= amount;
            } else {
                int own = its.stream().mapToInt(n -> n).sum();
                boolean fits = shares.tryTake(client, amount, 100);
                assertThat(fits).as("seed %s", seed).isEqualTo(own + amount <= 100 - sum);
                if (fits) {
                    its.add(amount);
                    sum += amount;
                }
            }
            assertThat(shares.taken()).as("seed %s", seed).isEqualTo(sum).isLessThanOrEqualTo(100);
        }
    }

    private static Object client(SocketAddress remote) {
        return Shares.client(new ByteArrayEndPoint() {
            @Override
            public SocketAddress getRemoteSocketAddress() {
                return remote;
            }
        });
    }

    @Test
    void aClientIsAnAddressWhateverItsPortAndOfIpv6ANetwork() {
        assertThat(client(new InetSocketAddress("192.0.2.1", 1)))
                .isEqualTo(client(new InetSocketAddress("192.0.2.1", 2)))
                .isNotEqualTo(client(new InetSocketAddress("192.0.2.2", 1)));
        assertThat(client(new InetSocketAddress("2001:db8:0:1::1", 1)))
                .isEqualTo(client(new InetSocketAddress("2001:db8:0:1:ffff::2", 1)))
                .isNotEqualTo(client(new InetSocketAddress("2001:db8:0:2::1", 1)));
        assertThat(client(new SocketAddress() {
                    private static final long serialVersionUID = 1L;
                }))
                .isEqualTo(client(null));
    }
}

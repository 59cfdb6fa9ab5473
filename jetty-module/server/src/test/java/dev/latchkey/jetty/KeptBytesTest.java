package dev.latchkey.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.BufferUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Kept bytes and the budget that bounds them. */
class KeptBytesTest {
    private static final int BLOCK = 8 * 1024;

    private final ArrayByteBufferPool.Tracking pool = new ArrayByteBufferPool.Tracking();
    /** Of which one client has half. */
    private final BufferBudget budget = new BufferBudget(8 * BLOCK);

    private final KeptBytes kept = new KeptBytes(pool, budget, () -> "a client");

    @AfterEach
    void everythingIsBack() {
        kept.release();
        assertThat(budget.taken()).isZero();
        assertThat(pool.getLeaks()).as(pool::dumpLeaks).isEmpty();
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    private static byte[] drain(KeptBytes from) {
        ByteBuffer target = BufferUtil.allocate(10 * BLOCK);
        while (from.drainTo(target) > 0) {
            assertThat(BufferUtil.space(target)).isNotZero();
        }
        return BufferUtil.toArray(target);
    }

    @Test
    void bytesComeOutAsTheyWentIn() {
        byte[] all = bytes(3 * BLOCK + 5);
        for (int at = 0; at < all.length; at += 1000) {
            assertThat(kept.append(ByteBuffer.wrap(all, at, Math.min(1000, all.length - at))))
                    .isTrue();
        }
        assertThat(kept.size()).isEqualTo(all.length);
        assertThat(budget.taken()).isEqualTo(4 * BLOCK);
        assertThat(drain(kept)).isEqualTo(all);
        assertThat(kept.isEmpty()).isTrue();
        assertThat(budget.taken()).isZero();
    }

    @Test
    void singleBytesShareABlock() {
        for (byte each : bytes(100)) {
            kept.append(ByteBuffer.wrap(new byte[] {each}));
        }
        assertThat(budget.taken()).isEqualTo(BLOCK);
        assertThat(drain(kept)).isEqualTo(bytes(100));
    }

    @Test
    void aSmallTargetTakesWhatFits() {
        byte[] all = bytes(BLOCK + 10);
        kept.append(ByteBuffer.wrap(all));
        ByteBuffer target = BufferUtil.allocate(7);
        assertThat(kept.drainTo(target)).isEqualTo(7);
        assertThat(kept.drainTo(target)).isZero();
        assertThat(kept.size()).isEqualTo(all.length - 7);
    }

    @Test
    void chunksGiveTheirBlockBackWhenTheyAreReleased() {
        kept.append(ByteBuffer.wrap(bytes(BLOCK + 1)));
        Content.Chunk first = kept.poll();
        Content.Chunk second = kept.poll();
        assertThat(kept.poll()).isNull();
        assertThat(first.remaining() + second.remaining()).isEqualTo(BLOCK + 1);
        assertThat(first.isLast() || second.isLast()).isFalse();
        kept.release();
        assertThat(budget.taken()).isEqualTo(2 * BLOCK);
        first.release();
        assertThat(budget.taken()).isEqualTo(BLOCK);
        second.release();
    }

    @Test
    void aboveItsShareOfTheBudgetThereIsNoRoomForAClient() {
        KeptBytes other = new KeptBytes(pool, budget, () -> "a client");
        assertThat(kept.append(ByteBuffer.wrap(bytes(3 * BLOCK)))).isTrue();
        assertThat(other.append(ByteBuffer.wrap(bytes(BLOCK + 1)))).isFalse();
        other.release();
        assertThat(other.append(ByteBuffer.wrap(bytes(1))))
                .as("nothing after release")
                .isFalse();
        assertThat(kept.append(ByteBuffer.wrap(bytes(BLOCK)))).isTrue();
        assertThat(kept.append(ByteBuffer.wrap(bytes(1)))).isFalse();
        KeptBytes another = new KeptBytes(pool, budget, () -> "another");
        assertThat(another.append(ByteBuffer.wrap(bytes(2 * BLOCK)))).isTrue();
        assertThat(another.append(ByteBuffer.wrap(bytes(1)))).isFalse();
        another.release();
        kept.release();
        assertThat(kept.size()).isZero();
        assertThat(budget.taken()).isZero();
    }

    @Test
    void aBudgetOfZeroKeepsNothingAndALargerOneHelpsAtOnce() {
        budget.setLimit(0);
        assertThat(kept.append(ByteBuffer.wrap(bytes(1)))).isFalse();
        assertThat(kept.append(ByteBuffer.allocate(0))).isTrue();
        budget.setLimit(BLOCK);
        assertThat(kept.append(ByteBuffer.wrap(bytes(1)))).isTrue();
    }

    @Test
    void releaseWhileOthersKeepAndReadGivesEverythingBack() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            for (int round = 0; round < 300; round++) {
                KeptBytes shared = new KeptBytes(pool, budget, () -> "a client");
                CyclicBarrier start = new CyclicBarrier(3);
                List<Future<?>> all = new ArrayList<>();
                all.add(threads.submit(() -> {
                    start.await();
                    for (int i = 0; i < 20; i++) {
                        shared.append(ByteBuffer.wrap(bytes(1000)));
                    }
                    return null;
                }));
                all.add(threads.submit(() -> {
                    start.await();
                    for (int i = 0; i < 20; i++) {
                        Content.Chunk chunk = shared.poll();
                        if (chunk != null) {
                            chunk.release();
                        }
                        shared.drainTo(BufferUtil.allocate(100));
                    }
                    return null;
                }));
                all.add(threads.submit(() -> {
                    start.await();
                    shared.release();
                    return null;
                }));
                for (Future<?> each : all) {
                    each.get(30, TimeUnit.SECONDS);
                }
                assertThat(budget.taken()).as("round %s", round).isZero();
                assertThat(shared.size()).isZero();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void theBudgetIsExactHoweverManyTakeAtOnce() throws Exception {
        BufferBudget shared = new BufferBudget(20);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Integer>> taken = new ArrayList<>();
            CyclicBarrier start = new CyclicBarrier(4);
            for (int i = 0; i < 4; i++) {
                taken.add(threads.submit(() -> {
                    start.await();
                    int mine = 0;
                    for (int n = 0; n < 1000; n++) {
                        mine += shared.tryTake("a client", 1) ? 1 : 0;
                    }
                    return mine;
                }));
            }
            int sum = 0;
            for (Future<Integer> each : taken) {
                sum += each.get(30, TimeUnit.SECONDS);
            }
            assertThat(sum).isBetween(1, 10);
            assertThat(shared.taken()).isEqualTo(sum);
        } finally {
            threads.shutdownNow();
        }
    }
}

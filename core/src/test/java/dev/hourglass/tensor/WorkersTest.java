package dev.hourglass.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WorkersTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void everyTaskIsDoneOnceInEachOfManyRuns(int threads) {
        try (Workers workers = Workers.of(threads)) {
            assertThat(workers.threads()).isEqualTo(threads);
            for (int tasks : new int[] {0, 1, 2, 5, 64, 1_000}) {
                AtomicIntegerArray done = new AtomicIntegerArray(tasks);
                for (int round = 1; round <= 20; round++) {
                    workers.run(tasks, (worker, task) -> done.incrementAndGet(task));
                    for (int task = 0; task < tasks; task++) {
                        assertThat(done.get(task))
                                .as("task %d of %d", task, tasks)
                                .isEqualTo(round);
                    }
                }
            }
        }
    }

    /** Scratch memory is picked by the worker's number: no two threads may have the same. */
    @Test
    void eachThreadHasANumberOfItsOwn() throws InterruptedException {
        int threads = 3;
        Set<String> pairs = ConcurrentHashMap.newKeySet();
        CountDownLatch all = new CountDownLatch(threads);
        try (Workers workers = Workers.of(threads)) {
            workers.run(threads, (worker, task) -> {
                pairs.add(worker + " " + Thread.currentThread().getName());
                all.countDown();
                awaitQuietly(all); // so that none does two tasks
            });
        }
        assertThat(all.await(0, TimeUnit.SECONDS)).isTrue();
        assertThat(pairs)
                .containsExactlyInAnyOrder(
                        "0 " + Thread.currentThread().getName(), "1 hourglass-worker-1", "2 hourglass-worker-2");
    }

    @Test
    void whatATaskWritesIsSeenWhenTheRunReturns() {
        int[] plain = new int[500];
        try (Workers workers = Workers.of(4)) {
            for (int round = 1; round <= 200; round++) {
                int value = round;
                workers.run(plain.length, (worker, task) -> plain[task] = value * task);
                for (int task = 0; task < plain.length; task++) {
                    assertThat(plain[task]).isEqualTo(value * task);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void whatATaskThrowsIsThrownAndTheNextRunWorks(int threads) {
        try (Workers workers = Workers.of(threads)) {
            ArithmeticException thrown = new ArithmeticException("task 5");
            assertThatThrownBy(() -> workers.run(100, (worker, task) -> {
                        if (task == 5) {
                            throw thrown;
                        }
                    }))
                    .isSameAs(thrown);
            InternalError error = new InternalError("a fault");
            assertThatThrownBy(() -> workers.run(100, (worker, task) -> {
                        throw error;
                    }))
                    .isSameAs(error);

            AtomicInteger done = new AtomicInteger();
            workers.run(100, (worker, task) -> done.incrementAndGet());
            assertThat(done).hasValue(100);
        }
    }

    @Test
    void runsOfSeveralCallersDoNotMix() throws InterruptedException {
        try (Workers workers = Workers.of(2)) {
            AtomicInteger wrong = new AtomicInteger();
            Thread[] callers = new Thread[3];
            for (int i = 0; i < callers.length; i++) {
                callers[i] = Thread.ofPlatform().start(() -> {
                    for (int round = 0; round < 200; round++) {
                        AtomicInteger own = new AtomicInteger();
                        workers.run(17, (worker, task) -> own.addAndGet(task));
                        wrong.addAndGet(own.get() == 136 ? 0 : 1);
                    }
                });
            }
            for (Thread caller : callers) {
                caller.join();
            }
            assertThat(wrong).hasValue(0);
        }
    }

    @Test
    void closingEndsTheThreads() throws InterruptedException {
        Thread[] helper = new Thread[1];
        CountDownLatch both = new CountDownLatch(2);
        try (Workers workers = Workers.of(2)) {
            workers.run(2, (worker, task) -> {
                if (worker == 1) {
                    helper[0] = Thread.currentThread();
                }
                both.countDown();
                awaitQuietly(both);
            });
        }
        helper[0].join(10_000);
        assertThat(helper[0].isAlive()).isFalse();
    }

    @Test
    void fewerThanOneThreadIsRefused() {
        assertThatThrownBy(() -> Workers.of(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("threads must be >= 1, got 0");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

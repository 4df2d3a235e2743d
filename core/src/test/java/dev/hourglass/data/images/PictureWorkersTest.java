package dev.hourglass.data.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PictureWorkersTest {
    @Test
    void whatMemoryDoesNotHoldBesideOthersIsDoneAgainAloneAfterAllOthers() {
        AtomicIntegerArray done = new AtomicIntegerArray(100);
        AtomicIntegerArray begun = new AtomicIntegerArray(100);
        AtomicInteger atOnce = new AtomicInteger();
        List<Integer> again = new ArrayList<>();
        Thread caller = Thread.currentThread();
        try (PictureWorkers workers = PictureWorkers.of(4)) {
            workers.run(100, (worker, picture) -> {
                int others = atOnce.getAndIncrement();
                try {
                    if (begun.incrementAndGet(picture) == 1 && picture % 3 == 0) {
                        throw new OutOfMemoryError("beside others");
                    }
                    if (begun.get(picture) == 2) {
                        assertThat(others).isZero();
                        assertThat(Thread.currentThread()).isSameAs(caller);
                        again.add(picture);
                    }
                    done.incrementAndGet(picture);
                } finally {
                    atOnce.decrementAndGet();
                }
            });
        }
        assertThat(again).hasSize(34).isSorted();
        for (int picture = 0; picture < 100; picture++) {
            assertThat(done.get(picture)).isOne();
        }
    }

    @Test
    void whatMemoryDoesNotHoldAloneEndsTheRunWithWhatIsSaidThen() {
        AtomicInteger tries = new AtomicInteger();
        try (PictureWorkers workers = PictureWorkers.of(2)) {
            assertThatThrownBy(() -> workers.run(5, (worker, picture) -> {
                        if (picture == 3) {
                            throw new OutOfMemoryError("try " + tries.incrementAndGet());
                        }
                    }))
                    .isInstanceOf(OutOfMemoryError.class)
                    .hasMessage("try 2");
        }
    }
}

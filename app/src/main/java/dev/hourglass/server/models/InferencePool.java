package dev.hourglass.server.models;

import dev.hourglass.engine.Inference;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.server.http.ApiException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * A model compiled once for each processor, so that as many requests compute at once, each on its own thread. Some may
 * wait for their turn; more are turned away at once, because a late answer helps nobody.
 */
final class InferencePool {
    private static final int MOST_WAITING = 32;
    private static final int PATIENCE_MILLIS = 5_000;

    private final BlockingQueue<Inference> idle = new LinkedBlockingQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();

    InferencePool(Autoencoder model, int size) {
        for (int i = 0; i < size; i++) {
            idle.add(Inference.of(model, 1));
        }
    }

    <T> T use(Function<Inference, T> work) {
        Inference inference = idle.poll();
        if (inference == null) {
            inference = await();
        }
        try {
            return work.apply(inference);
        } finally {
            idle.add(inference);
        }
    }

    private Inference await() {
        if (waiting.incrementAndGet() > MOST_WAITING) {
            waiting.decrementAndGet();
            throw ApiException.busy();
        }
        try {
            Inference inference = idle.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            if (inference == null) {
                throw ApiException.busy();
            }
            return inference;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ApiException.busy();
        } finally {
            waiting.decrementAndGet();
        }
    }
}

package dev.hourglass.data.images;

import dev.hourglass.tensor.Workers;

/** Threads that read pictures, each one at a time. What memory does not hold beside the others' is read again alone. */
final class PictureWorkers implements AutoCloseable {
    private final Workers workers;

    private PictureWorkers(Workers workers) {
        this.workers = workers;
    }

    /** @param threads in all, the calling one included, >= 1 */
    static PictureWorkers of(int threads) {
        return new PictureWorkers(Workers.of(threads));
    }

    int threads() {
        return workers.threads();
    }

    /**
     * Does each picture's work, and that which ran out of memory once more when all others are done, one after the other.
     *
     * @param work with the worker, 0 to {@code threads - 1}, and the picture
     * @throws OutOfMemoryError if memory does not hold one picture by itself
     */
    void run(int pictures, Workers.Task work) {
        boolean[] outOfMemory = new boolean[pictures];
        workers.run(pictures, (worker, picture) -> {
            try {
                work.run(worker, picture);
            } catch (OutOfMemoryError e) {
                outOfMemory[picture] = true;
            }
        });
        for (int picture = 0; picture < pictures; picture++) {
            if (outOfMemory[picture]) {
                work.run(0, picture);
            }
        }
    }

    @Override
    public void close() {
        workers.close();
    }
}

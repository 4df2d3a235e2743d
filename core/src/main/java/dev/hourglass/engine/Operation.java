package dev.hourglass.engine;

/** A step bound to memory and kernels: computes the samples at the cursor. */
@FunctionalInterface
interface Operation {
    void run(Cursor at);
}

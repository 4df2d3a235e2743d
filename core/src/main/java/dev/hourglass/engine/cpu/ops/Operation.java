package dev.hourglass.engine.cpu.ops;

import dev.hourglass.engine.cpu.memory.Cursor;

/** A step bound to memory and kernels: computes the samples at the cursor. */
@FunctionalInterface
public interface Operation {
    void run(Cursor at);
}

/** Losses and penalties bound to memory: their values, their gradients, and which samples they are of. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.engine.cpu.ops.losses;

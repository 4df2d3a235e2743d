/** Recurrent layers bound to memory and kernels: the walk over a sequence's steps, forward and back. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.engine.cpu.ops.recurrent;

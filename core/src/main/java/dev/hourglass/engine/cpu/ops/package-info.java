/** What runs: each step bound to memory and kernels, offsets and strides decided. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.engine.cpu.ops;

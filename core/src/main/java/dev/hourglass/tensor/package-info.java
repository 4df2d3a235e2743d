/** Shapes, arrays, the vector kernels, worker threads and seeded randomness: what everything else computes with. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.tensor;

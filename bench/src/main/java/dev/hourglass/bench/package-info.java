/** How fast it is: JMH benchmarks of the kernels, and our side of the side-by-side run. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.bench;

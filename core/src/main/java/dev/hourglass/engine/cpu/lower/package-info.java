/** From the logical plan to steps of the processor: one file a family of operations, with their gradients. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.engine.cpu.lower;

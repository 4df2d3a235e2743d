/** How a model computes: its layers compiled to a plan of steps over buffers, which the processor executes. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.engine;

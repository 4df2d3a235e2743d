/** A plan for the processor, as data: steps, the values that they read and write, and what each costs. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.engine.cpu.step;

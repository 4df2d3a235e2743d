/** What a plan computes with, allocated once: buffers of values, packed weights, and what chunks leave behind. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.engine.cpu.memory;

/** How the processor computes a model: steps over values in memory, on threads. Nothing here is seen outside the engine. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.engine.cpu;

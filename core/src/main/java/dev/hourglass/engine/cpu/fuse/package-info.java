/**
 * What is better done together, or in another way: each rule rewrites a plan into one that computes the same in less
 * time, and can be read, tested and left out by itself. {@link dev.hourglass.engine.cpu.fuse.Rules} has them in order.
 */
@org.jspecify.annotations.NullMarked
package dev.hourglass.engine.cpu.fuse;

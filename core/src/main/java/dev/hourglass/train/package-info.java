/** The training loop: what it is told, what it reports while it runs and what it ends with. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.train;

/** One model trained by several processes at once: {@link SessionListener} is where to begin. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.train.distributed;

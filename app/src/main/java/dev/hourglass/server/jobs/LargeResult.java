package dev.hourglass.server.jobs;

/** A result of which a few would fill the memory: the oldest are forgotten when all together take too much. */
public interface LargeResult {
    /** What it takes, roughly. */
    long bytes();
}

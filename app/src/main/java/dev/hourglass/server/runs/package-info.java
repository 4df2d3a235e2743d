/** Runs: queued, trained one at a time, followed while in progress, and read from their folders. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.server.runs;

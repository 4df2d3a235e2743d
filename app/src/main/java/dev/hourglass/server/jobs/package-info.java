/** Work that takes longer than a request should. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.server.jobs;

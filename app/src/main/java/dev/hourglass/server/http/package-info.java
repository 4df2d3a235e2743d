/** Requests: let in or turned away, read within limits, answered in one shape, whatever they ask for. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.server.http;

/** HTTP: requests are admitted or refused, read within limits and answered in one shape. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.server.http;

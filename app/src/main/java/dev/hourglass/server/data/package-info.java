/** Data that people brought: kept piece by piece, looked into, removed. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.server.data;

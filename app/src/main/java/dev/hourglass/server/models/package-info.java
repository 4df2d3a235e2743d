/** The models in run folders, ready for requests, and the samples that requests show them. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.server.models;

/** The latent space on a plane, and what lies where on it. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.server.maps;

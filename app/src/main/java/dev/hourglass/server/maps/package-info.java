/** Maps of the latent space and their places. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.server.maps;

/** How the codes of a model lie in their space. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.evaluate.latent;

/** Principal components: the simple baseline of every autoencoder. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.evaluate.pca;

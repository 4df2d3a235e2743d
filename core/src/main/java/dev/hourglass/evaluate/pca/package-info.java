/** Principal components: the simple rival of every autoencoder. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.evaluate.pca;

/** Keras's model files, {@code .keras} and {@code .h5}: configuration, weights, optimizer, and our note in them. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.formats.keras;

/** Where the files of each Keras keep arrays, and how these become the weights of layers and the state of an optimizer. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.formats.keras.weights;

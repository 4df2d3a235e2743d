/** Operations that stand in a Keras model beside its layers, and what is told and written as several of them. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.formats.keras.operations;

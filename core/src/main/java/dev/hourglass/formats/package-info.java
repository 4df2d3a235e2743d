/** Models and arrays in the files of the rest of the world: HDF5, Keras, ONNX. Every file that is read is hostile. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.formats;

/** Models as files: Keras, HDF5 and ONNX. Every file that is read is treated as hostile. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.formats;

/** Models that are exchanged with the real Keras and ONNX Runtime: see {@code interop/README.md}. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.interop;

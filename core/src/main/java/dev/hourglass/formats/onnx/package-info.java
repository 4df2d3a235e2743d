/** ONNX, written without a library, and an interpreter of its operators that proves what was written. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.formats.onnx;

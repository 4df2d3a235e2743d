/** ONNX files of others, read as hostile: what they hold, and the layers and weights that their operators are. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.formats.onnx.read;

/** An ONNX file as the graph that it holds: nodes, attributes and stored tensors, read within bounds. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.formats.onnx.read.graph;

package dev.hourglass.formats.onnx.read;

/** What a value of the graph is while the model is read. */
sealed interface Operand permits Constant, View, Scaled, Scores {}

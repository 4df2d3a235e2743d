package dev.hourglass.planted.files;

import dev.hourglass.planted.tensor.TensorUsesModel;

/** Breaks the package table. */
public record FilesUsesTensor(TensorUsesModel forbidden) {}

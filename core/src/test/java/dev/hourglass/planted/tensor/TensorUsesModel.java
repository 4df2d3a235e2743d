package dev.hourglass.planted.tensor;

import dev.hourglass.planted.model.ModelUsesEngine;

/** Breaks the package table. */
public record TensorUsesModel(ModelUsesEngine forbidden) {}

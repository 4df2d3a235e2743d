package dev.hourglass.planted.hdf5;

import dev.hourglass.model.Padding;

/** Breaks the package table. */
public record Hdf5UsesModel(Padding forbidden) {}

package dev.hourglass.planted.engine;

import dev.hourglass.planted.data.DataUsesModel;

/** Breaks the package table. */
public record EngineUsesData(DataUsesModel forbidden) {}

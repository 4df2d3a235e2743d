package dev.hourglass.planted.data;

import dev.hourglass.planted.model.ModelUsesEngine;

/** Breaks the package table. */
public record DataUsesModel(ModelUsesEngine forbidden) {}

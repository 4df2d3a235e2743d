package dev.hourglass.planted.model;

import dev.hourglass.planted.engine.EngineUsesData;

/** Breaks the package table. */
public record ModelUsesEngine(EngineUsesData forbidden) {}

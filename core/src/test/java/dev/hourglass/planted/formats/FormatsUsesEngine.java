package dev.hourglass.planted.formats;

import dev.hourglass.planted.engine.EngineUsesData;

/** Breaks the package table. */
public record FormatsUsesEngine(EngineUsesData forbidden) {}

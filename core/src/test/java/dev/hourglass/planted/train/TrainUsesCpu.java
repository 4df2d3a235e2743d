package dev.hourglass.planted.train;

import dev.hourglass.engine.cpu.step.Value;

/** Reaches into the engine. */
public record TrainUsesCpu(Value forbidden) {}

package dev.hourglass.planted.engine.plan;

import dev.hourglass.engine.cpu.step.Value;

/** A logical plan that knows how numbers lie in memory. */
public record PlanUsesCpu(Value forbidden) {}

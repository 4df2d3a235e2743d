package dev.hourglass.planted.engine.cpu.ops;

import dev.hourglass.engine.cpu.CpuPlan;

/** A part that knows the whole. */
public record OperationUsesCpuPlan(CpuPlan forbidden) {}

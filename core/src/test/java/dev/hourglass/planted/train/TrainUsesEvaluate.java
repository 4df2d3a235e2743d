package dev.hourglass.planted.train;

import dev.hourglass.planted.evaluate.EvaluateUsesTrain;

/** Breaks the package table. */
public record TrainUsesEvaluate(EvaluateUsesTrain forbidden) {}

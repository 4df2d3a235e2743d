package dev.hourglass.planted.evaluate;

import dev.hourglass.planted.train.TrainUsesEvaluate;

/** Breaks the package table. */
public record EvaluateUsesTrain(TrainUsesEvaluate forbidden) {}

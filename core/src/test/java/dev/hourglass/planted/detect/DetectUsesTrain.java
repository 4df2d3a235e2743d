package dev.hourglass.planted.detect;

import dev.hourglass.planted.train.TrainUsesEvaluate;

/** Breaks the package table. */
public record DetectUsesTrain(TrainUsesEvaluate forbidden) {}

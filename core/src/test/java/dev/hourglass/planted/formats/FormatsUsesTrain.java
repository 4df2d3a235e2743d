package dev.hourglass.planted.formats;

import dev.hourglass.planted.train.TrainUsesEvaluate;

/** Breaks the package table. */
public record FormatsUsesTrain(TrainUsesEvaluate forbidden) {}

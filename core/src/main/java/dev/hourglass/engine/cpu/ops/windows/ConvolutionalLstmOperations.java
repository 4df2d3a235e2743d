package dev.hourglass.engine.cpu.ops.windows;

import dev.hourglass.engine.cpu.ops.Operation;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.step.Step;

/** The states of convolutional LSTMs, sample by sample. */
public final class ConvolutionalLstmOperations {
    private final Resources resources;

    public ConvolutionalLstmOperations(Resources resources) {
        this.resources = resources;
    }

    public Operation forward(Step.ConvolutionalStates step) {
        ConvolutionalLstmWalk walk = new ConvolutionalLstmWalk(resources, step);
        return at -> {
            for (int i = 0; i < at.samples; i++) {
                walk.forward(at, i);
            }
        };
    }

    public Operation gradient(Step.ConvolutionalStatesGradient step) {
        ConvolutionalLstmGradients walk = new ConvolutionalLstmGradients(resources, step);
        return at -> {
            for (int i = 0; i < at.samples; i++) {
                walk.back(at, i);
            }
        };
    }
}

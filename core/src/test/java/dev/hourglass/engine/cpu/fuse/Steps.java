package dev.hourglass.engine.cpu.fuse;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.layout.PackedMatrix.Axis;
import dev.hourglass.engine.cpu.layout.WindowAxis;
import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.engine.plan.Nonlinearity;
import java.util.List;

/** Plans of a few steps, for the rules' tests. */
final class Steps {
    static final Nonlinearity RELU = Nonlinearity.leakyRelu(0);
    static final WindowAxis SAME = WindowAxis.sliding(3, 1, 1);

    private Steps() {}

    static Plan plan(Step... steps) {
        return new Plan(List.of(steps), List.of(), List.of(), true);
    }

    /** A square image as a product writes it. */
    static Value image(String name, int side, int channels) {
        return new Value(name, Layout.Image.natural(side, side, channels));
    }

    /** With a frame of zeros. */
    static Value framed(String name, int side, int channels) {
        return new Value(name, new Layout.Image(side, side, channels, channels, 1, 1, side + 2, side + 2));
    }

    /** Of the taps of a kernel, one by one. */
    static PackedMatrix kernel(String name, int taps, int channels, int filters) {
        return kernel(name, Axis.inOrder(taps), channels, filters);
    }

    /** @param sources which taps are added to make each group of rows */
    static PackedMatrix kernel(String name, List<int[]> sources, int channels, int filters) {
        Axis rows = new Axis(sources, channels, channels, channels * filters, filters);
        return new PackedMatrix(name, 0, rows, Axis.of(filters, 1));
    }

    static PackedMatrix bias(int filters) {
        return new PackedMatrix("conv/bias", 1, Axis.of(1, 0), Axis.of(filters, 1));
    }

    /** 3x3, padding 'same', with a ReLU. */
    static Step.Convolve convolve(Value from, Value to) {
        int channels = from.image().channels();
        int filters = to.image().channels();
        return new Step.Convolve(
                from, SAME, SAME, kernel("conv/kernel", 9, channels, filters), bias(filters), RELU, -1, to);
    }

    static Step.NormalizeGradient normalizeGradient(Value value, Value gradient) {
        return new Step.NormalizeGradient(0, value, gradient, Nonlinearity.LINEAR, null);
    }
}

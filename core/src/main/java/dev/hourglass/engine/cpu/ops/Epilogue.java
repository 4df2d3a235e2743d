package dev.hourglass.engine.cpu.ops;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.memory.ChunkResults;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.plan.Nonlinearity;
import dev.hourglass.tensor.Kernels;

/** What follows a product on the numbers that it has just written, while they are in cache. */
public final class Epilogue {
    private final Kernels kernels;
    private final ChunkResults results;
    private final boolean training;

    public Epilogue(Resources resources) {
        kernels = resources.kernels();
        results = resources.results();
        training = resources.training();
    }

    public void apply(Nonlinearity function, float[] values, int offset, int count) {
        switch (function.kind()) {
            case LINEAR -> {}
            case LEAKY_RELU -> kernels.leakyRelu(values, offset, count, function.slope());
            case SIGMOID -> sigmoid(values, offset, count);
            case TANH -> kernels.tanh(values, offset, count);
        }
    }

    /** In training the errors and slopes that follow know no more than the quicker one does. */
    private void sigmoid(float[] values, int offset, int count) {
        if (training) {
            kernels.sigmoid(values, offset, count);
        } else {
            kernels.relativeSigmoid(values, offset, count);
        }
    }

    /** {@code d *= function'}, told from what the function gave: y. */
    public void applySlope(Nonlinearity function, float[] values, int y, float[] gradients, int d, int count) {
        switch (function.kind()) {
            case LINEAR -> {}
            case LEAKY_RELU -> kernels.leakyReluGradient(values, y, gradients, d, count, function.slope());
            case SIGMOID -> kernels.sigmoidGradient(values, y, gradients, d, count);
            case TANH -> kernels.tanhGradient(values, y, gradients, d, count);
        }
    }

    /** What follows a row of a convolution's output while it is in cache: its nonlinearity and a normalisation's sums. */
    public void finishRow(
            Cursor at, Nonlinearity function, int momentsOf, float[] values, Layout.Image image, int y, int row) {
        apply(function, values, row, image.width() * image.channelStride());
        if (momentsOf >= 0) {
            double[] sums = results.moments(at, momentsOf, y == 0);
            kernels.addMoments(values, row, values, row, image.width(), image.channelStride(), sums);
        }
    }
}

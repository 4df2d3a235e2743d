package dev.hourglass.engine.cpu.ops;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.memory.ChunkResults;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.memory.NormState;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.tensor.Kernels;
import java.util.List;

/** Batch normalisations: the sums that a barrier settles, and the factors applied. */
public final class NormOperations {
    private final Resources resources;
    private final Kernels kernels;
    private final ChunkResults results;
    private final List<NormState> norms;

    public NormOperations(Resources resources) {
        this.resources = resources;
        kernels = resources.kernels();
        results = resources.results();
        norms = resources.norms();
    }

    public Operation moments(Step.Moments step) {
        return moments(step.norm(), step.value(), step.value());
    }

    public Operation momentsGradient(Step.MomentsGradient step) {
        return moments(step.norm(), step.gradient(), step.value());
    }

    private Operation moments(int norm, Value first, Value second) {
        Buffer x = resources.buffer(first);
        Buffer y = resources.buffer(second);
        Layout.Image image = first.image();
        return at -> kernels.addMoments(
                x.array(at),
                x.offset(at),
                y.array(at),
                y.offset(at),
                image.pixels(),
                image.channelStride(),
                results.moments(at, norm, true));
    }

    public Operation normalize(Step.Normalize step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Image in = step.from().image();
        Layout.Image out = step.to().image();
        NormState norm = norms.get(step.norm());
        return at -> {
            for (int y = 0; y < in.height(); y++) {
                kernels.affine(
                        from.array(at),
                        from.offset(at) + in.row(y),
                        to.array(at),
                        to.offset(at) + out.row(y),
                        in.width(),
                        in.channelStride(),
                        norm.scale,
                        norm.shift);
            }
        };
    }

    public Operation normalizeGradient(Step.NormalizeGradient step) {
        Buffer value = resources.buffer(step.value());
        Buffer gradient = resources.buffer(step.gradient());
        Layout.Image image = step.value().image();
        return at -> normalizeGradient(
                at,
                step,
                value.array(at),
                value.offset(at),
                gradient.array(at),
                gradient.offset(at),
                image.pixels(),
                image.channelStride());
    }

    /** Some pixels of a {@link Step.NormalizeGradient}. */
    public void normalizeGradient(
            Cursor at, Step.NormalizeGradient step, float[] Y, int y, float[] D, int d, int pixels, int channels) {
        NormState norm = norms.get(step.norm());
        if (step.bias() == null) {
            kernels.affineGradient(Y, y, D, d, pixels, channels, norm.a, norm.b, norm.c);
        } else {
            kernels.affineLeakyReluGradient(
                    Y,
                    y,
                    D,
                    d,
                    pixels,
                    channels,
                    norm.a,
                    norm.b,
                    norm.c,
                    step.function().slope(),
                    results.gradients[at.chunk],
                    results.offset(step.bias()));
        }
    }
}

package dev.hourglass.engine.cpu.ops;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.tensor.Kernels;
import java.util.Arrays;

/** Puts together what a recurrent layer gives both ways, in panels ({@code [panel][step][sample][32]}). */
public final class MergeOperations {
    private static final int PANEL = Layout.Steps.PANEL;

    private final Resources resources;
    private final Kernels kernels;

    public MergeOperations(Resources resources) {
        this.resources = resources;
        kernels = resources.kernels();
    }

    public Operation merge(Step.Merge step) {
        Buffer one = resources.buffer(step.one());
        Buffer other = resources.buffer(step.other());
        Buffer to = resources.buffer(step.to());
        Layout.Steps layout = step.to().steps();
        Layout.Steps ofOne = step.one().steps();
        Layout.Steps ofOther = step.other().steps();
        return switch (step.mode()) {
            case CONCAT ->
                at -> {
                    move(at, new Features(one, 0, ofOne), new Features(to, 0, ofOne));
                    move(at, new Features(other, 0, ofOther), new Features(to, ofOne.features(), ofOther));
                };
            case SUM ->
                at -> {
                    copy(at, one, to, layout);
                    kernels.add(other.array(at), other.offset(at), to.array(at), to.offset(at), floats(at, layout));
                };
            case AVE ->
                at -> {
                    Arrays.fill(to.array(at), to.offset(at), to.offset(at) + floats(at, layout), 0);
                    addHalf(at, one, to, layout);
                    addHalf(at, other, to, layout);
                };
            case MUL -> at -> multiply(at, one, other, to, layout);
        };
    }

    public Operation gradient(Step.MergeGradient step) {
        Buffer gradient = resources.buffer(step.gradient());
        Buffer one = resources.buffer(step.forward().one());
        Buffer other = resources.buffer(step.forward().other());
        Buffer ofOne = resources.buffer(step.ofOne());
        Buffer ofOther = resources.buffer(step.ofOther());
        Layout.Steps layout = step.ofOne().steps();
        Layout.Steps otherLayout = step.ofOther().steps();
        return switch (step.forward().mode()) {
            case CONCAT ->
                at -> {
                    move(at, new Features(gradient, 0, layout), new Features(ofOne, 0, layout));
                    move(
                            at,
                            new Features(gradient, layout.features(), otherLayout),
                            new Features(ofOther, 0, otherLayout));
                };
            case SUM ->
                at -> {
                    copy(at, gradient, ofOne, layout);
                    copy(at, gradient, ofOther, layout);
                };
            case AVE ->
                at -> {
                    Arrays.fill(ofOne.array(at), ofOne.offset(at), ofOne.offset(at) + floats(at, layout), 0);
                    addHalf(at, gradient, ofOne, layout);
                    copy(at, ofOne, ofOther, layout);
                };
            case MUL ->
                at -> {
                    multiply(at, gradient, other, ofOne, layout);
                    multiply(at, gradient, one, ofOther, layout);
                };
        };
    }

    private static int floats(Cursor at, Layout.Steps layout) {
        return layout.panels() * layout.panelStride(at.samples);
    }

    private static void copy(Cursor at, Buffer from, Buffer to, Layout.Steps layout) {
        System.arraycopy(from.array(at), from.offset(at), to.array(at), to.offset(at), floats(at, layout));
    }

    private void addHalf(Cursor at, Buffer from, Buffer to, Layout.Steps layout) {
        kernels.addScaled(from.array(at), from.offset(at), 0.5f, to.array(at), to.offset(at), floats(at, layout));
    }

    private void multiply(Cursor at, Buffer x, Buffer y, Buffer to, Layout.Steps layout) {
        kernels.multiply(
                x.array(at), x.offset(at), y.array(at), y.offset(at), to.array(at), to.offset(at), floats(at, layout));
    }

    /**
     * Some features of each row of a buffer.
     *
     * @param first which feature of the buffer comes first
     * @param layout of the features alone
     */
    private record Features(Buffer buffer, int first, Layout.Steps layout) {}

    /** Copies features of each row, run by run within the panels of both sides. */
    private static void move(Cursor at, Features from, Features to) {
        int rows = from.layout().steps() * at.samples;
        int count = from.layout().features();
        float[] source = from.buffer().array(at);
        float[] target = to.buffer().array(at);
        int feature = 0;
        while (feature < count) {
            int sourceFeature = from.first() + feature;
            int targetFeature = to.first() + feature;
            int run = Math.min(count - feature, Math.min(PANEL - sourceFeature % PANEL, PANEL - targetFeature % PANEL));
            int a = from.buffer().offset(at) + sourceFeature / PANEL * rows * PANEL + sourceFeature % PANEL;
            int b = to.buffer().offset(at) + targetFeature / PANEL * rows * PANEL + targetFeature % PANEL;
            for (int row = 0; row < rows; row++) {
                System.arraycopy(source, a + row * PANEL, target, b + row * PANEL, run);
            }
            feature += run;
        }
    }
}

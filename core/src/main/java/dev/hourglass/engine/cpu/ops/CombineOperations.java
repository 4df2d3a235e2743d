package dev.hourglass.engine.cpu.ops;

import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.tensor.Kernels;

/** Values of the same layout, number by number. Padding goes along and means nothing. */
public final class CombineOperations {
    private final Resources resources;
    private final Kernels kernels;

    public CombineOperations(Resources resources) {
        this.resources = resources;
        kernels = resources.kernels();
    }

    public Operation add(Step.Add step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        return at ->
                kernels.add(from.array(at), from.offset(at), to.array(at), to.offset(at), at.samples * from.stride());
    }

    public Operation combine(Step.Combine step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Loop loop = switch (step.how()) {
            case SUBTRACT -> kernels::subtract;
            case MULTIPLY -> kernels::multiply;
            case MAXIMUM -> kernels::maximum;
            case MINIMUM -> kernels::minimum;
            case AVERAGE -> throw new IllegalArgumentException("An average is a sum that is scaled: " + step);
        };
        return at -> loop.run(from.array(at), from.offset(at), to.array(at), to.offset(at), at.samples * from.stride());
    }

    @FunctionalInterface
    private interface Loop {
        void run(float[] FROM, int from, float[] TO, int to, int count);
    }

    public Operation scale(Step.Scale step) {
        Buffer value = resources.buffer(step.value());
        return at -> kernels.scale(step.factor(), value.array(at), value.offset(at), at.samples * value.stride());
    }

    public Operation takeWhereEqual(Step.TakeWhereEqual step) {
        Buffer term = resources.buffer(step.term());
        Buffer chosen = resources.buffer(step.chosen());
        Buffer remaining = resources.buffer(step.remaining());
        Buffer taken = resources.buffer(step.taken());
        return at -> kernels.takeWhereEqual(
                term.array(at),
                term.offset(at),
                chosen.array(at),
                chosen.offset(at),
                remaining.array(at),
                remaining.offset(at),
                taken.array(at),
                taken.offset(at),
                at.samples * taken.stride());
    }
}

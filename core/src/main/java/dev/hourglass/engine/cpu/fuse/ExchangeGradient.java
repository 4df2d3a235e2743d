package dev.hourglass.engine.cpu.fuse;

import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.tensor.Kernels;
import java.util.List;

/**
 * A convolution's weight gradient is summed with rows and columns exchanged: the kernel wants 32 columns, none of them
 * padding, and with only 16 filters the floats of a window make better columns. They do as well where they are what is
 * adjacent in the parameter.
 *
 * <p>Precondition: the input is more than one pixel; the floats of each phase's windows fill whole panels; and either the
 * filters do not fill 32 columns, or the kernel is a transposed one.
 */
final class ExchangeGradient implements Rule<Plan> {
    @Override
    public Plan apply(Plan plan) {
        List<Step> steps = plan.steps().stream()
                .map(step -> step instanceof Step.ConvolveGradient gradient && pays(gradient)
                        ? gradient.summedIn(gradient.weights().exchanged())
                        : step)
                .toList();
        return plan.withSteps(steps);
    }

    private static boolean pays(Step.ConvolveGradient step) {
        PackedMatrix weights = step.weights();
        PackedMatrix exchanged = weights.exchanged();
        if (step.from().isVector()) {
            return false;
        }
        int channelStride = step.from().image().channelStride();
        boolean fillsPanels = step.columns().phases().stream()
                .allMatch(phase -> phase.taps() * channelStride % exchanged.panel() == 0);
        boolean wider = exchanged.panel() > Kernels.LANES;
        boolean fewFilters =
                weights.panel() == Kernels.LANES && (wider || weights.columns().packed() < Kernels.LANES);
        boolean transposedKernel = weights.columns().sourceStride() > 1 && wider;
        return fillsPanels && (fewFilters || transposedKernel);
    }
}

package dev.hourglass.engine.cpu;

import dev.hourglass.engine.Penalty;
import dev.hourglass.engine.cpu.fuse.Rules;
import dev.hourglass.engine.cpu.lower.Lowering;
import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.plan.Autodiff;
import dev.hourglass.engine.plan.LogicalPlan;
import dev.hourglass.engine.plan.OutputLoss;
import java.util.List;

/** From a logical plan to steps for the processor: what is better done together is fused, before lowering and after. */
public final class CpuCompiler {
    private CpuCompiler() {}

    /** @param forward the way forward alone, to what the loss is of; loss and gradients are added */
    public static Plan forTraining(LogicalPlan forward, List<OutputLoss> losses) {
        return forTraining(forward, losses, List.of());
    }

    /** @param penalties those that are told from samples count */
    public static Plan forTraining(LogicalPlan forward, List<OutputLoss> losses, List<Penalty> penalties) {
        return compile(Autodiff.withLoss(Rules.beforeLowering(forward), losses, penalties));
    }

    /** @param forward the way forward of a plan for use */
    public static Plan forInference(LogicalPlan forward) {
        return compile(Rules.beforeLowering(forward));
    }

    /** @param forward the way forward of a plan that samples; divergences are measured beside it */
    public static Plan forMeasuring(LogicalPlan forward, List<Penalty> penalties) {
        return compile(Autodiff.withDivergences(Rules.beforeLowering(forward), penalties));
    }

    private static Plan compile(LogicalPlan plan) {
        return Rules.afterLowering(Lowering.lower(plan));
    }
}

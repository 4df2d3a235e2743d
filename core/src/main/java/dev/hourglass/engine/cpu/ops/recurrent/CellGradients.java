package dev.hourglass.engine.cpu.ops.recurrent;

import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.step.Step;

/**
 * What a walk back through a recurrent layer writes beside the gates.
 *
 * @param ofHidden of the states, for each step; what the steps after give is added to what comes in
 * @param ofState as in {@link Step.RecurrenceScratch}
 * @param readsCell as there
 * @param scratch five panels of one step; the last for what goes past skipped steps
 */
record CellGradients(Buffer ofHidden, Buffer ofState, boolean readsCell, Buffer scratch) {
    static CellGradients of(Resources resources, Step.RecurrenceGradient step) {
        return new CellGradients(
                resources.buffer(step.hiddenGradient()),
                resources.buffer(step.scratch().ofState()),
                step.scratch().readsCell(),
                resources.buffer(step.scratch().panels()));
    }
}

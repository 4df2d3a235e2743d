package dev.hourglass.engine.cpu.memory;

import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.model.Parameters;

/**
 * A penalty that is told from sums over the whole batch, at work. Each chunk has sums of its own, and they are added in the
 * order of the chunks, so that the bits do not depend on the threads.
 */
public sealed interface BatchPenalty permits SparsityPenalty, ContractionPenalty {
    /** @param parameters of the model, changed by each training step */
    static BatchPenalty of(Step.Summing step, int chunks, Parameters parameters) {
        return switch (step) {
            case Step.AddActivities s -> new SparsityPenalty(s, chunks);
            case Step.Contraction s ->
                new ContractionPenalty(s, chunks, parameters.list().get(s.kernel()));
        };
    }

    /** Before anything of a batch is computed: weights may have changed since the last one. */
    void begin();

    /** The sums of a chunk, one for each unit, added to by one thread at a time. */
    double[] sums(int chunk);

    /**
     * Once all of a batch is done.
     *
     * @param gradients by parameter, to which the penalty's slopes by variables are added
     * @return what the batch costs
     */
    double finish(int chunks, int samples, float[][] gradients);
}

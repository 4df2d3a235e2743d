package dev.hourglass.engine.cpu.memory;

import dev.hourglass.engine.cpu.layout.GradientForms;
import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.layout.Placement;
import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.tensor.Kernels;
import java.util.Arrays;
import java.util.List;

/** What each chunk leaves behind, apart until all are done. */
public final class ChunkResults {
    public final float[][] gradients;
    private final OutputSums[] outputs;

    /** By chunk: what activities cost, summed over its samples. */
    public final double[] penalties;

    /** By chunk: how far the distributions of its samples are from the standard one, summed over them. */
    public final double[] divergences;

    /** By chunk: the same, as it counts in the loss. */
    public final double[] divergenceCosts;

    /** Where each gradient matrix lies in a chunk's gradients. */
    public final Placement placement;
    /** By chunk and batch normalisation: sums and sums of products by channel. */
    public final double[][][] moments;

    /** By number; each has sums by chunk. */
    public final List<BatchPenalty> batchPenalties;

    private final GradientForms forms;
    private final Kernels kernels;

    /** How many chunks have results that are still to be added up. */
    public int chunks;

    /**
     * Who sums over the batch besides gradients.
     *
     * @param outputs how many are compared with targets
     * @param norms the batch normalisations, by number
     * @param penalties likewise
     */
    public record Sums(int outputs, List<Plan.Norm> norms, List<BatchPenalty> penalties) {
        public Sums {
            norms = List.copyOf(norms);
            penalties = List.copyOf(penalties);
        }
    }

    public ChunkResults(int chunks, Placement placement, GradientForms forms, Sums sums, Kernels kernels) {
        this.placement = placement;
        List<Plan.Norm> norms = sums.norms();
        batchPenalties = sums.penalties();
        this.forms = forms;
        this.kernels = kernels;
        gradients = new float[chunks][placement.size()];
        outputs = new OutputSums[sums.outputs()];
        Arrays.setAll(outputs, ignored -> new OutputSums(chunks));
        penalties = new double[chunks];
        divergences = new double[chunks];
        divergenceCosts = new double[chunks];
        moments = new double[chunks][norms.size()][];
        for (double[][] chunk : moments) {
            for (int i = 0; i < chunk.length; i++) {
                chunk[i] = new double[2 * norms.get(i).channelStride()];
            }
        }
    }

    /** Where a matrix's gradient begins in a chunk's. */
    public int offset(PackedMatrix gradient) {
        return placement.offset(gradient);
    }

    public void clear(int chunk) {
        Arrays.fill(gradients[chunk], 0);
        for (OutputSums output : outputs) {
            output.clear(chunk);
        }
        penalties[chunk] = 0;
        divergences[chunk] = 0;
        divergenceCosts[chunk] = 0;
    }

    /**
     * Sums one slice of the placement over the chunks and adds it to the gradient in the parameter's layout. In the order
     * of the chunks, which is what makes it independent of the threads; so do the placement's rounds.
     */
    public void sum(Placement.Slice slice, float[][] ofParameters) {
        PackedMatrix matrix = slice.matrix();
        PackedMatrix.Part part = slice.part();
        float[] sum = gradients[0];
        int count = (part.toRow() - part.fromRow()) * matrix.panel();
        for (int panel = part.fromPanel(); panel < part.toPanel(); panel++) {
            for (int group = 0; group < matrix.rows().groups(); group++) {
                int row = group * matrix.rows().groupStride() + part.fromRow();
                int offset = slice.offset() + panel * matrix.panelSize() + row * matrix.panel();
                for (int chunk = 1; chunk < chunks; chunk++) {
                    kernels.add(gradients[chunk], offset, sum, offset, count);
                }
            }
        }
        forms.addUnpacked(slice, sum, ofParameters[matrix.parameter()]);
    }

    /** A chunk's sums for a batch normalisation, set to zero before the first pixels of its first sample. */
    public double[] moments(Cursor at, int norm, boolean firstPixels) {
        double[] sums = moments[at.chunk][norm];
        if (firstPixels && at.local == 0) {
            Arrays.fill(sums, 0);
        }
        return sums;
    }

    /** How many outputs are compared with targets. */
    public int outputs() {
        return outputs.length;
    }

    /** @param output its place among the model's, from 0 */
    public OutputSums ofOutput(int output) {
        return outputs[output];
    }

    /** Over the whole batch. */
    public double loss(int output) {
        return sum(outputs[output].losses);
    }

    /** Over the whole batch. */
    public double squaredError(int output) {
        return sum(outputs[output].squaredErrors);
    }

    /** Over the whole batch. */
    public double absoluteError(int output) {
        return sum(outputs[output].absoluteErrors);
    }

    /** Over the whole batch. */
    public double maskedTerms(int output) {
        return sum(outputs[output].maskedTerms);
    }

    /** Over the whole batch. */
    public double penalties() {
        return sum(penalties);
    }

    /** Over the whole batch. */
    public double divergences() {
        return sum(divergences);
    }

    /** Over the whole batch. */
    public double divergenceCosts() {
        return sum(divergenceCosts);
    }

    /**
     * What the batch's penalties cost, as they count in the loss.
     *
     * @param gradients by parameter, to which their slopes by variables are added
     */
    public double finishPenalties(int samples, float[][] gradients) {
        double cost = 0;
        for (int i = 0; i < batchPenalties.size(); i++) {
            cost += batchPenalties.get(i).finish(chunks, samples, gradients);
        }
        return cost;
    }

    /** In the order of the chunks, whichever was done first. */
    private double sum(double[] ofChunks) {
        double sum = 0;
        for (int i = 0; i < chunks; i++) {
            sum += ofChunks[i];
        }
        return sum;
    }
}

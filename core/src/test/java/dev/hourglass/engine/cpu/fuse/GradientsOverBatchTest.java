package dev.hourglass.engine.cpu.fuse;

import static dev.hourglass.engine.cpu.fuse.Steps.SAME;
import static dev.hourglass.engine.cpu.fuse.Steps.framed;
import static dev.hourglass.engine.cpu.fuse.Steps.image;
import static dev.hourglass.engine.cpu.fuse.Steps.kernel;
import static dev.hourglass.engine.cpu.fuse.Steps.plan;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.layout.WindowAxis;
import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import java.util.List;
import org.junit.jupiter.api.Test;

final class GradientsOverBatchTest {
    private static final Step OTHER = new Step.BiasGradient(image("dense/output/gradient", 1, 128), Steps.bias(128));

    @Test
    void aLargeDenseLayersIsSummedOverTheBatch() {
        Step.WeightGradient large = dense(128, 128);
        Plan rewritten = new GradientsOverBatch().apply(plan(large, OTHER));
        assertThat(rewritten.steps()).containsExactly(OTHER);
        assertThat(rewritten.overBatch()).containsExactly(large);
    }

    @Test
    void aSmallOneIsSummedByChunk() {
        Plan small = plan(dense(128, 112), OTHER);
        assertThat(new GradientsOverBatch().apply(small)).isEqualTo(small);
    }

    @Test
    void aConvolutionByTilesIsSummedOverTheBatchWhereTheImageHasFewTiles() {
        Step.WeightGradient few = byTiles(63);
        Plan rewritten = new GradientsOverBatch().apply(plan(few));
        assertThat(rewritten.steps()).isEmpty();
        assertThat(rewritten.overBatch()).isEqualTo(List.of(few));
        Plan many = plan(byTiles(64));
        assertThat(new GradientsOverBatch().apply(many)).isEqualTo(many);
    }

    @Test
    void aConvolutionOfAnImageHasLongSumsByItself() {
        PackedMatrix weights = kernel("conv/kernel", 9, 64, 64);
        Plan plan = plan(new Step.ConvolveGradient(
                framed("input", 8, 64), SAME, SAME, image("conv/output/gradient", 8, 64), weights, weights));
        assertThat(new GradientsOverBatch().apply(plan)).isEqualTo(plan);
    }

    private static Step.WeightGradient dense(int in, int units) {
        PackedMatrix weights = kernel("dense/kernel", 1, in, units);
        WindowAxis point = WindowAxis.POINT;
        return new Step.ConvolveGradient(
                image("input", 1, in), point, point, image("dense/output/gradient", 1, units), weights, weights);
    }

    private static Step.WeightGradient byTiles(int tiles) {
        Value from = new Value("tiles", Layout.Image.natural(16, tiles, 32));
        PackedMatrix weights = kernel("conv/kernel", 9, 32, 32);
        return new Step.TileProductGradient(from, from, weights, kernel("conv/kernel", 16, 32, 32));
    }
}

package dev.hourglass.engine.cpu.fuse;

import static dev.hourglass.engine.cpu.fuse.Steps.image;
import static dev.hourglass.engine.cpu.fuse.Steps.plan;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.model.Size2;
import org.junit.jupiter.api.Test;

final class NormalizeInMaxPoolTest {
    private static final Size2 THREE = Size2.square(3);
    private static final Value CONV = image("conv/output", 9, 16);
    private static final Value NORM = image("norm/output", 9, 16);
    private static final Value POOLED = image("pool/output", 3, 16);
    private static final Value OF_POOLED = image("pooled/gradient", 3, 16);
    private static final Value GRADIENT = image("pool/input/gradient", 9, 16);
    private static final Step.Normalize NORMALIZE = new Step.Normalize(2, CONV, NORM);

    @Test
    void thePoolingAndItsGradientNormalizeOnTheWay() {
        Plan plan = plan(
                NORMALIZE,
                new Step.MaxPool(NORM, THREE, THREE, 0, 0, -1, POOLED),
                new Step.MaxPoolGradient(NORM, THREE, THREE, 0, 0, -1, POOLED, OF_POOLED, GRADIENT));
        assertThat(new NormalizeInMaxPool().apply(plan))
                .isEqualTo(plan(
                        new Step.MaxPool(CONV, THREE, THREE, 0, 0, 2, POOLED),
                        new Step.MaxPoolGradient(CONV, THREE, THREE, 0, 0, 2, POOLED, OF_POOLED, GRADIENT)));
    }

    @Test
    void whatAnotherReadsAsWellIsWritten() {
        Plan plan = plan(
                NORMALIZE,
                new Step.MaxPool(NORM, THREE, THREE, 0, 0, -1, POOLED),
                new Step.Average(NORM, image("average/output", 1, 16)));
        assertThat(new NormalizeInMaxPool().apply(plan)).isEqualTo(plan);
    }
}

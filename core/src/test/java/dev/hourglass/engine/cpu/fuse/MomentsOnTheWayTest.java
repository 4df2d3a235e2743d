package dev.hourglass.engine.cpu.fuse;

import static dev.hourglass.engine.cpu.fuse.Steps.convolve;
import static dev.hourglass.engine.cpu.fuse.Steps.framed;
import static dev.hourglass.engine.cpu.fuse.Steps.image;
import static dev.hourglass.engine.cpu.fuse.Steps.plan;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.engine.cpu.layout.Tiling;
import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import org.junit.jupiter.api.Test;

final class MomentsOnTheWayTest {
    private static final Value INPUT = framed("input", 8, 3);
    private static final Value OUTPUT = image("conv/output", 8, 16);
    private static final Step.Moments MOMENTS = new Step.Moments(4, OUTPUT);

    @Test
    void aConvolutionSumsThemRowByRow() {
        Step.Convolve convolve = convolve(INPUT, OUTPUT);
        assertThat(new MomentsOnTheWay().apply(plan(convolve, MOMENTS))).isEqualTo(plan(convolve.withMomentsOf(4)));
    }

    @Test
    void soDoesAConvolutionByTilesWhereItsPixelsComeOut() {
        Step.FromTiles tiles = new Step.FromTiles(Tiling.PIXELS, INPUT, Steps.RELU, -1, OUTPUT);
        assertThat(new MomentsOnTheWay().apply(plan(tiles, MOMENTS))).isEqualTo(plan(tiles.withMomentsOf(4)));
    }

    @Test
    void theyStayApartWhereSomethingComesBetweenOrTheyAreOfAnother() {
        Step.Convolve convolve = convolve(INPUT, OUTPUT);
        Plan apart = plan(convolve, new Step.Activate(Steps.RELU, OUTPUT), MOMENTS);
        assertThat(new MomentsOnTheWay().apply(apart)).isEqualTo(apart);
        Plan other = plan(convolve, new Step.Moments(0, image("other", 8, 16)));
        assertThat(new MomentsOnTheWay().apply(other)).isEqualTo(other);
    }

    @Test
    void aDenseLayerHasNoRowsToSum() {
        Value vector = image("dense/output", 1, 16);
        Plan dense = plan(convolve(image("input", 1, 16), vector), new Step.Moments(0, vector));
        assertThat(new MomentsOnTheWay().apply(dense)).isEqualTo(dense);
    }
}

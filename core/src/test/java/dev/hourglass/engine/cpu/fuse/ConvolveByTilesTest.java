package dev.hourglass.engine.cpu.fuse;

import static dev.hourglass.engine.cpu.fuse.Steps.RELU;
import static dev.hourglass.engine.cpu.fuse.Steps.SAME;
import static dev.hourglass.engine.cpu.fuse.Steps.framed;
import static dev.hourglass.engine.cpu.fuse.Steps.image;
import static dev.hourglass.engine.cpu.fuse.Steps.kernel;
import static dev.hourglass.engine.cpu.fuse.Steps.plan;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.engine.cpu.layout.Convolution;
import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.layout.Tiling;
import dev.hourglass.engine.cpu.layout.WindowAxis;
import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.engine.plan.Nonlinearity;
import dev.hourglass.engine.plan.Op;
import dev.hourglass.engine.plan.Tensor;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Size2;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.TileTransform;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ConvolveByTilesTest {
    private static final Value FROM = framed("input", 8, 16);
    private static final Value TO = image("conv/output", 8, 32);
    private static final Value GRADIENT = image("conv/output/gradient", 8, 32);
    private static final PackedMatrix WEIGHTS = kernel("conv/kernel", 9, 16, 32);
    private static final PackedMatrix BIAS = Steps.bias(32);

    @Test
    void aConvolutionBecomesTransformProductsAndTransform() {
        Value tiles = components("conv/output/tiles", 16, 16, 16);
        Value products = components("conv/output/products", 16, 16, 32);
        Tiling tiling = Tiling.PIXELS;
        assertThat(new ConvolveByTiles().apply(plan(Steps.convolve(FROM, TO))))
                .isEqualTo(plan(
                        new Step.ToTiles(tiling, TileTransform.Kind.IMAGE, 2, FROM, tiles),
                        new Step.TileProduct(tiling, tiles, WEIGHTS, BIAS, products),
                        new Step.FromTiles(tiling, products, RELU, -1, TO)));
    }

    @Test
    void itsWeightGradientIsSummedByComponents() {
        Value tiles = components("conv/output/gradient/input/tiles", 16, 16, 16);
        Value gradients = components("conv/output/gradient/tiles", 16, 16, 32);
        Tiling tiling = Tiling.PIXELS;
        Step gradient = new Step.ConvolveGradient(FROM, SAME, SAME, GRADIENT, WEIGHTS, WEIGHTS);
        assertThat(new ConvolveByTiles().apply(plan(gradient)))
                .isEqualTo(plan(
                        new Step.ToTiles(tiling, TileTransform.Kind.IMAGE, 2, FROM, tiles),
                        new Step.ToTiles(tiling, TileTransform.Kind.OUTPUT_GRADIENT, 2, GRADIENT, gradients),
                        new Step.TileProductGradient(tiles, gradients, WEIGHTS, kernel("conv/kernel", 16, 16, 32))));
    }

    @Test
    void otherWindowsOddSidesAndFewChannelsAreLeftAlone() {
        WindowAxis valid = WindowAxis.sliding(3, 1, 0);
        Plan other = plan(new Step.Convolve(FROM, valid, valid, WEIGHTS, BIAS, RELU, -1, TO));
        assertThat(new ConvolveByTiles().apply(other)).isEqualTo(other);
        Plan odd = plan(Steps.convolve(framed("input", 7, 16), image("conv/output", 7, 32)));
        assertThat(new ConvolveByTiles().apply(odd)).isEqualTo(odd);
        Plan few = plan(Steps.convolve(framed("input", 8, 15), TO));
        assertThat(new ConvolveByTiles().apply(few)).isEqualTo(few);
    }

    @Test
    void onAFoldedImageTheWayBackStartsFromTheTilesOfTheWeightGradient() {
        for (boolean transposed : new boolean[] {false, true}) {
            Convolution folded = folded(transposed);
            Value small = framed("small", 4, 16);
            Value result = image("conv/input/gradient", 4, 16);
            Value grid = new Value("conv/output/gradient/grid", new Layout.Image(8, 8, 32, 32, 1, 1, 10, 10));
            WindowAxis rows = folded.forward().rows();
            WindowAxis backRows = folded.back().rows();
            PackedMatrix weights = kernel("conv/kernel", folded.forward().taps(), 16, 32);
            PackedMatrix back = kernel("conv/back", folded.back().taps(), 32, 16);
            Plan plan = plan(
                    new Step.Convolve(small, rows, rows, weights, BIAS, RELU, -1, TO),
                    new Step.ConvolveGradient(small, rows, rows, GRADIENT, weights, weights),
                    new Step.Copy(GRADIENT, grid),
                    new Step.Convolve(grid, backRows, backRows, back, null, Nonlinearity.LINEAR, -1, result));

            Tiling tiling = Tiling.REPEATED;
            List<int[]> sums = Tiling.sumsOfTaps(transposed);
            PackedMatrix summed = kernel("conv/kernel", sums, 16, 32);
            Value tiles = components("conv/output/tiles", 9, 16, 16);
            Value products = components("conv/output/products", 9, 16, 32);
            Value tilesAgain = components("conv/output/gradient/input/tiles", 9, 16, 16);
            Value gradients = components("conv/output/gradient/tiles", 9, 16, 32);
            Value backProducts = components("conv/input/gradient/products", 9, 16, 16);
            assertThat(new ConvolveByTiles().apply(plan))
                    .as("transposed: %s", transposed)
                    .isEqualTo(plan(
                            new Step.ToTiles(tiling, TileTransform.Kind.REPEATED_IMAGE, 1, small, tiles),
                            new Step.TileProduct(tiling, tiles, summed, BIAS, products),
                            new Step.FromTiles(tiling, products, RELU, -1, TO),
                            new Step.ToTiles(tiling, TileTransform.Kind.REPEATED_IMAGE, 1, small, tilesAgain),
                            new Step.ToTiles(
                                    tiling, TileTransform.Kind.REPEATED_OUTPUT_GRADIENT, 2, GRADIENT, gradients),
                            new Step.TileProductGradient(tilesAgain, gradients, summed, summed),
                            new Step.TileProduct(
                                    tiling, gradients, kernel("conv/back", sums, 32, 16), null, backProducts),
                            new Step.ToTilesGradient(tiling, backProducts, result)));
        }
    }

    private static Convolution folded(boolean transposed) {
        Op.Kernel kernel = new Op.Kernel(Size2.square(3), Size2.square(1), Padding.SAME, transposed, 2);
        return Convolution.of(new Op.Convolution(
                "conv",
                0,
                new Tensor("small", Shape.of(4, 4, 16)),
                kernel,
                RELU,
                new Tensor("conv/output", Shape.of(8, 8, 32))));
    }

    private static Value components(String name, int components, int tiles, int channels) {
        return new Value(name, Layout.Image.dense(components, tiles, channels, channels));
    }
}

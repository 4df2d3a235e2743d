package dev.hourglass.engine.cpu.layout;

import dev.hourglass.tensor.TileTransform;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a 3x3 convolution is cut into tiles of two by two output pixels, each computed with fewer products than it has
 * taps ({@link TileTransform}). What a tile reads is transformed to components; each component is multiplied with that
 * of the kernel, all tiles in one product; and what comes out is transformed to output pixels.
 */
public enum Tiling {
    /** On an image: 4 by 4 components, where the taps of two by two pixels are 36. */
    PIXELS(4, 2, TileTransform.Kind.IMAGE, TileTransform.Kind.OUTPUT, TileTransform.Kind.OUTPUT_GRADIENT),
    /** On an image that is to be repeated twice along each axis: 3 by 3 components for each small pixel. */
    REPEATED(
            3,
            1,
            TileTransform.Kind.REPEATED_IMAGE,
            TileTransform.Kind.REPEATED_OUTPUT,
            TileTransform.Kind.REPEATED_OUTPUT_GRADIENT);

    /** Output pixels of a tile along each axis. */
    public static final int SIDE = 2;

    /** Taps of the kernel along each axis. */
    public static final int KERNEL = 3;

    private static final WindowAxis SAME = WindowAxis.sliding(KERNEL, 1, 1);
    private static final WindowAxis FOLDED =
            new Folding(KERNEL, false).forward().windows();
    /** With fewer channels on either side the transforms cost more than the products that they spare. */
    private static final int LEAST_CHANNELS = 16;

    /** Components along each axis. */
    public final int perAxis;
    /** Input pixels from one tile to the next. */
    public final int step;

    public final TileTransform.Kind toTiles;
    public final TileTransform.Kind fromTiles;
    /** Back through {@link #fromTiles}. */
    public final TileTransform.Kind gradientToTiles;

    Tiling(
            int perAxis,
            int step,
            TileTransform.Kind toTiles,
            TileTransform.Kind fromTiles,
            TileTransform.Kind gradientToTiles) {
        this.perAxis = perAxis;
        this.step = step;
        this.toTiles = toTiles;
        this.fromTiles = fromTiles;
        this.gradientToTiles = gradientToTiles;
    }

    /** The tiling that suits a convolution of these windows and weights, or null. */
    public static @Nullable Tiling of(
            WindowAxis rows, WindowAxis columns, PackedMatrix weights, Layout.Image in, Layout.Image out) {
        boolean wholeTiles = out.height() % SIDE == 0 && out.width() % SIDE == 0;
        if (!wholeTiles
                || Math.min(in.channels(), out.channels()) < LEAST_CHANNELS
                || taps(weights) != KERNEL * KERNEL) {
            return null;
        }
        if (rows.equals(SAME) && columns.equals(SAME)) {
            return PIXELS;
        }
        return rows.equals(FOLDED) && columns.equals(FOLDED) ? REPEATED : null;
    }

    /** How many taps the kernel has: a 4x4 one of stride 2 turned round has the windows of a folded one. */
    private static int taps(PackedMatrix weights) {
        return 1
                + weights.rows().sources().stream()
                        .flatMapToInt(Arrays::stream)
                        .max()
                        .orElse(-1);
    }

    /** The form of a convolution's weights that its products by tiles read. */
    public PackedMatrix weights(PackedMatrix weights) {
        return switch (this) {
            case PIXELS -> weights;
            case REPEATED -> {
                // The first tap of a folded kernel is made of one corner's weights: which, tells the kernel's
                // direction.
                boolean flipped = weights.rows().sources().getFirst()[0] != 0;
                yield weights.withRows(weights.rows().of(sumsOfTaps(flipped)));
            }
        };
    }

    /** Likewise, of the weights that lead back through a {@link #REPEATED} one, whose first tap is of the last corner. */
    public PackedMatrix weightsBack(PackedMatrix weights) {
        boolean flipped = weights.rows().sources().getFirst()[0] == 0;
        return weights.withRows(weights.rows().of(sumsOfTaps(flipped)));
    }

    public int components() {
        return perAxis * perAxis;
    }

    /**
     * The form in which the gradient of a matrix is summed: component by component. For {@link #REPEATED} that is the
     * matrix itself; {@link GradientForms} turns the components of {@link #PIXELS} into taps.
     */
    public PackedMatrix sum(PackedMatrix weights) {
        return switch (this) {
            case PIXELS ->
                new PackedMatrix(
                        weights.name(),
                        weights.parameter(),
                        weights.rows().of(PackedMatrix.Axis.inOrder(components())),
                        weights.columns());
            case REPEATED -> weights;
        };
    }

    /** The component that goes to each of a tile's output pixels once: a bias is added to it. */
    public int bias() {
        return perAxis + 1;
    }

    /**
     * The components of an output's tiles: a row of pixels for each component, a pixel for each tile.
     *
     * @param image whose channels they have
     */
    public Layout.Image components(Layout.Image out, Layout.Image image) {
        int tiles = out.pixels() / (SIDE * SIDE);
        return Layout.Image.dense(components(), tiles, image.channels(), image.channelStride());
    }

    /**
     * For {@link #REPEATED}, whose kernel is transformed by nothing but sums: which of its taps make up each component.
     *
     * @param flipped whether the kernel's last tap comes first, as in a transposed convolution
     */
    public static List<int[]> sumsOfTaps(boolean flipped) {
        List<int[]> sums = List.of(new int[] {flipped ? 2 : 0}, new int[] {0, 1, 2}, new int[] {flipped ? 0 : 2});
        return Convolution.pairs(sums, sums, 3);
    }
}

package dev.hourglass.engine.cpu.ops.windows;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.layout.Tiling;
import dev.hourglass.engine.cpu.memory.ChunkResults;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.memory.PackedWeights;
import dev.hourglass.engine.cpu.ops.Epilogue;
import dev.hourglass.engine.cpu.ops.Operation;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.TileTransform;

/** Convolutions by tiles; see {@link Tiling}. Each axis is transformed by itself, rows first. */
public final class TileOperations {
    private final Resources resources;
    private final Kernels kernels;
    private final PackedWeights weights;
    private final ChunkResults results;
    private final Epilogue epilogue;
    private final int workers;

    public TileOperations(Resources resources) {
        this.resources = resources;
        kernels = resources.kernels();
        weights = resources.weights();
        results = resources.results();
        epilogue = new Epilogue(resources);
        workers = resources.workers();
    }

    public Operation toTiles(Step.ToTiles step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.tiles());
        Layout.Image in = step.from().image();
        int perAxis = step.tiling().perAxis;
        int channels = in.channelStride();
        int component = step.tiles().image().gridRowStride();
        int tilesAcross = in.width() / step.step();
        int tilesDown = in.height() / step.step();
        int rowFloats = in.gridRowStride();
        TileTransform transform = kernels.transform(step.transform());
        float[][] scratch = new float[workers][perAxis * rowFloats];
        return at -> {
            float[] rows = scratch[at.scratch()];
            for (int y = at.from(tilesDown); y < at.to(tilesDown); y++) {
                int first = from.offset(at) + y * step.step() * rowFloats;
                transform.run(from.array(at), first, 0, rowFloats, rows, 0, 0, rowFloats, 1, rowFloats);
                for (int k = 0; k < perAxis; k++) {
                    transform.run(
                            rows,
                            k * rowFloats,
                            step.step() * channels,
                            channels,
                            to.array(at),
                            to.offset(at) + k * perAxis * component + y * tilesAcross * channels,
                            channels,
                            component,
                            tilesAcross,
                            channels);
                }
            }
        };
    }

    /** Component by component, all tiles of a sample at once; the weights are read in the order in which they lie. */
    public Operation product(Step.TileProduct step) {
        Buffer from = resources.buffer(step.tiles());
        Buffer to = resources.buffer(step.products());
        PackedMatrix matrix = step.weights();
        Layout.Image in = step.tiles().image();
        Layout.Image out = step.products().image();
        int panel = matrix.panel();
        int length = in.channelStride();
        int componentWeights = length * panel;
        int panelWeights = step.tiling().components() * componentWeights;
        int matrixOffset = weights.componentsOffset(matrix);
        Kernels.Product product = kernels.product(panel, in.channelStride(), panel, out.channelStride());
        float[] packed = weights.array();
        float[] zeros = new float[panel];
        Resources.Start start = resources.start(step.bias(), matrix);
        float[] biasArray = start.array();
        int biasOffset = start.offset();
        return at -> {
            int first = at.from(in.width());
            int tiles = at.to(in.width()) - first;
            for (int p = 0; p < matrix.panels(); p++) {
                for (int k = 0; k < in.height(); k++) {
                    boolean withBias = k == step.tiling().bias();
                    product.run(
                            tiles,
                            from.array(at),
                            from.offset(at) + in.row(k) + first * in.channelStride(),
                            0,
                            1,
                            length,
                            packed,
                            matrixOffset + p * panelWeights + k * componentWeights,
                            withBias ? biasArray : zeros,
                            withBias ? biasOffset + p * panel : 0,
                            0,
                            to.array(at),
                            to.offset(at) + out.row(k) + first * out.channelStride() + p * panel);
                }
            }
        };
    }

    public Operation productGradient(Step.TileProductGradient step) {
        Buffer from = resources.buffer(step.from());
        Buffer gradients = resources.buffer(step.gradient());
        PackedMatrix matrix = step.sum();
        Layout.Image in = step.from().image();
        Layout.Image out = step.gradient().image();
        int panel = matrix.panel();
        int rows = in.channelStride();
        int componentWeights = rows * panel;
        int offset = results.offset(matrix);
        Kernels.TransposedProduct product =
                kernels.transposedProduct(panel, in.channelStride(), out.channelStride(), panel);
        return at -> {
            for (int p = 0; p < matrix.panels(); p++) {
                for (int k = 0; k < in.height(); k++) {
                    product.run(
                            rows,
                            from.array(at),
                            from.offset(at) + in.row(k),
                            0,
                            1,
                            in.width(),
                            gradients.array(at),
                            gradients.offset(at) + out.row(k) + p * panel,
                            0,
                            results.gradients[at.chunk],
                            offset + p * matrix.panelSize() + k * componentWeights);
                }
            }
        };
    }

    public Operation toTilesGradient(Step.ToTilesGradient step) {
        Buffer from = resources.buffer(step.tiles());
        Buffer to = resources.buffer(step.to());
        Layout.Image out = step.to().image();
        int perAxis = step.tiling().perAxis;
        int channels = out.channelStride();
        int component = step.tiles().image().gridRowStride();
        int rowFloats = out.width() * channels;
        int imageFloats = out.height() * rowFloats;
        TileTransform transform = kernels.transform(TileTransform.Kind.REPEATED_IMAGE_GRADIENT);
        float[][] scratch = new float[workers][perAxis * imageFloats];
        return at -> {
            float[] rows = scratch[at.scratch()];
            for (int k = 0; k < perAxis; k++) {
                transform.run(
                        from.array(at),
                        from.offset(at) + k * component,
                        rowFloats,
                        perAxis * component,
                        rows,
                        k * imageFloats,
                        rowFloats,
                        0,
                        out.height(),
                        rowFloats);
            }
            for (int y = 0; y < out.height(); y++) {
                transform.run(
                        rows,
                        y * rowFloats,
                        channels,
                        imageFloats,
                        to.array(at),
                        to.offset(at) + out.row(y),
                        channels,
                        0,
                        out.width(),
                        channels);
            }
        };
    }

    public Operation fromTiles(Step.FromTiles step) {
        Buffer from = resources.buffer(step.products());
        Buffer to = resources.buffer(step.to());
        Tiling tiling = step.tiling();
        Layout.Image out = step.to().image();
        int perAxis = tiling.perAxis;
        int channels = out.channelStride();
        int component = step.products().image().gridRowStride();
        int tilesAcross = out.width() / Tiling.SIDE;
        int rowFloats = tilesAcross * channels;
        TileTransform transform = kernels.transform(tiling.fromTiles);
        float[][] scratch = new float[workers][Tiling.SIDE * perAxis * rowFloats];
        return at -> {
            float[] rows = scratch[at.scratch()];
            float[] target = to.array(at);
            int end = Tiling.SIDE * at.to(out.height() / Tiling.SIDE);
            for (int y = Tiling.SIDE * at.from(out.height() / Tiling.SIDE); y < end; y++) {
                int inTile = y % Tiling.SIDE;
                if (inTile == 0) {
                    transform.run(
                            from.array(at),
                            from.offset(at) + y / Tiling.SIDE * rowFloats,
                            component,
                            perAxis * component,
                            rows,
                            0,
                            rowFloats,
                            perAxis * rowFloats,
                            perAxis,
                            rowFloats);
                }
                int row = to.offset(at) + out.row(y);
                transform.run(
                        rows,
                        inTile * perAxis * rowFloats,
                        channels,
                        rowFloats,
                        target,
                        row,
                        Tiling.SIDE * channels,
                        channels,
                        tilesAcross,
                        channels);
                epilogue.finishRow(at, step.after(), step.momentsOf(), target, out, y, row);
            }
        };
    }
}

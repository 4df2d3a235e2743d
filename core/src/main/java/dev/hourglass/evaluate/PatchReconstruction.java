package dev.hourglass.evaluate;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.images.Patches;
import dev.hourglass.engine.Samples;
import dev.hourglass.tensor.Shape;
import java.util.Arrays;

/**
 * Pictures larger than a model's input, rebuilt patch by patch. Patches overlap; a pixel is the mean of all that have it,
 * weighted by how far it lies within them. What a convolution sees beyond a patch's edge is nothing, so the outer quarter of
 * an overlap does not count, and the weights grow over the rest of it: no seam is left. The last patches of a row or column
 * end where the picture does.
 *
 * <p>Memory holds one picture and {@value #BATCH} patches. Rebuilds in a fixed order, for one thread at a time.
 */
public final class PatchReconstruction implements Reconstruction {
    private static final int BATCH = 64;

    /** What rebuilds patches, numbered from 0: {@code from} to {@code from + count - 1}. */
    @FunctionalInterface
    public interface Model {
        /** @param into receives [count, patch] */
        void rebuild(Samples patches, int from, int count, float[] into);
    }

    private final Model model;
    private final Dataset pictures;
    private final Axis rows;
    private final Axis columns;
    private final int channels;
    private final float[] picture;
    private final double[] sums;
    private final float[] rebuilt;

    /**
     * Where patches begin along one side of a picture, and what their pixels count.
     *
     * @param weights of the pixels of each patch
     * @param totals of each pixel of the picture over all patches of this side
     */
    private record Axis(int size, int patch, int[] starts, double[][] weights, double[] totals) {
        static Axis of(int size, int patch, int overlap) {
            int[] starts = Patches.starts(size, patch, overlap);
            int count = starts.length;
            double[][] weights = new double[count][patch];
            double[] totals = new double[size];
            int margin = overlap / 4;
            double ramp = overlap - 2 * margin + 1;
            for (int i = 0; i < count; i++) {
                for (int at = 0; at < patch; at++) {
                    double left = i == 0 ? 1 : (at - margin + 1) / ramp;
                    double right = i == count - 1 ? 1 : (patch - at - margin) / ramp;
                    weights[i][at] = Math.clamp(Math.min(left, right), 0, 1);
                    totals[starts[i] + at] += weights[i][at];
                }
            }
            return new Axis(size, patch, starts, weights, totals);
        }
    }

    private PatchReconstruction(Model model, Dataset pictures, Axis rows, Axis columns) {
        this.model = model;
        this.pictures = pictures;
        this.rows = rows;
        this.columns = columns;
        channels = pictures.sampleShape().dimension(2);
        picture = new float[pictures.sampleShape().size()];
        sums = new double[picture.length];
        rebuilt = new float[BATCH * rows.patch * columns.patch * channels];
    }

    /**
     * @param pictures [height, width, channels]
     * @param patch the model's input, [height, width, channels]
     * @param overlap of neighbouring patches in pixels, at least 0 and less than the patch's sides
     * @throws DatasetException if the pictures are smaller than a patch or have other channels, or patches overlap too far
     */
    public static PatchReconstruction of(Model model, Dataset pictures, Shape patch, int overlap) {
        Shape whole = pictures.sampleShape();
        boolean fits = whole.rank() == 3
                && patch.rank() == 3
                && whole.dimension(2) == patch.dimension(2)
                && whole.dimension(0) >= patch.dimension(0)
                && whole.dimension(1) >= patch.dimension(1);
        if (!fits) {
            throw new DatasetException("Can't cut the samples " + whole + " of " + pictures.name() + " into patches "
                    + patch
                    + ": expected pictures [height, width, channels] of at least that size and as many channels. Give"
                    + " larger ones, or fit them to the model without patches.");
        }
        int most = Math.min(patch.dimension(0), patch.dimension(1)) - 1;
        if (overlap < 0 || overlap > most) {
            throw new DatasetException("Patches " + patch + " can overlap by 0 to " + most + " pixels, got " + overlap
                    + ". Choose such a number.");
        }
        return new PatchReconstruction(
                model,
                pictures,
                Axis.of(whole.dimension(0), patch.dimension(0), overlap),
                Axis.of(whole.dimension(1), patch.dimension(1), overlap));
    }

    /** Into how many patches a picture is cut. */
    public int patches() {
        return rows.starts.length * columns.starts.length;
    }

    @Override
    public void rebuild(int from, int count, float[] into) {
        for (int i = 0; i < count; i++) {
            pictures.copySample(from + i, picture, 0);
            Arrays.fill(sums, 0);
            for (int first = 0; first < patches(); first += BATCH) {
                int some = Math.min(BATCH, patches() - first);
                model.rebuild(this::cut, first, some, rebuilt);
                for (int patch = 0; patch < some; patch++) {
                    add(first + patch, patch);
                }
            }
            finish(into, i * picture.length);
        }
    }

    private void cut(int patch, float[] into, int offset) {
        int top = rows.starts[patch / columns.starts.length];
        int left = columns.starts[patch % columns.starts.length];
        int row = columns.patch * channels;
        for (int y = 0; y < rows.patch; y++) {
            System.arraycopy(picture, ((top + y) * columns.size + left) * channels, into, offset + y * row, row);
        }
    }

    private void add(int patch, int place) {
        int down = patch / columns.starts.length;
        int across = patch % columns.starts.length;
        int from = place * rows.patch * columns.patch * channels;
        for (int y = 0; y < rows.patch; y++) {
            for (int x = 0; x < columns.patch; x++) {
                double weight = rows.weights[down][y] * columns.weights[across][x];
                int at = ((rows.starts[down] + y) * columns.size + columns.starts[across] + x) * channels;
                for (int channel = 0; channel < channels; channel++) {
                    sums[at + channel] += weight * rebuilt[from++];
                }
            }
        }
    }

    private void finish(float[] into, int offset) {
        for (int i = 0; i < picture.length; i++) {
            int pixel = i / channels;
            into[offset + i] =
                    (float) (sums[i] / (rows.totals[pixel / columns.size] * columns.totals[pixel % columns.size]));
        }
    }
}

package dev.hourglass.lab.recipe;

import dev.hourglass.data.DataSources;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.SourceOptions;
import dev.hourglass.data.Split;
import dev.hourglass.data.ValueRange;
import dev.hourglass.data.files.ArrayChoice;
import dev.hourglass.data.files.ArrayFile;
import dev.hourglass.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A first recipe for a file of arrays (NPY, NPZ, MAT, WAV, IDX): of pictures, of a series, of samples or of rows. */
public final class ArrayDraft {
    private static final int MOST_STEPS = 48;
    private static final int LEAST_STEPS = 4;
    /** Shorter ones are read step by step by an LSTM. */
    private static final int CONVOLVED_STEPS = 16;
    /** Longer ones that can't be halved twice are taken whole by dense layers. */
    private static final int MOST_RECURRENT_STEPS = 100;

    private static final int SAMPLES = 8_000;
    private static final int LEAST_SIDE = 16;
    private static final int FEW = 1_000;
    private static final double DIVIDED_TWICE = 1.5 / 255;

    private final DraftText text = new DraftText();
    private final List<String> notes = new ArrayList<>();
    private final Dataset data;
    private final Shape shape;
    private final ValueRange range;
    private final boolean bothParts;
    private final String source;

    /**
     * @param recipe YAML
     * @param notes what was chosen of the file, a sentence each
     */
    public record Drafted(String recipe, List<String> notes) {
        public Drafted {
            notes = List.copyOf(notes);
        }
    }

    private ArrayDraft(Path file, String source) {
        Optional<ArrayFile> arrays = DataSources.arrays(file);
        data = arrays.isPresent()
                ? ArrayChoice.open(file, arrays.get(), null, Split.TRAINING, notes)
                : DataSources.openFile(file, SourceOptions.defaults());
        bothParts = arrays.isPresent() && ArrayChoice.hasBoth(file, arrays.get(), null);
        shape = data.sampleShape();
        range = ValueRange.of(data);
        this.source = source;
    }

    /**
     * @param source as the recipe names the file: from its own folder
     * @throws dev.hourglass.data.DatasetException if it can't be told which array is meant, or nothing can be read
     */
    public static Drafted of(Path file, String source) {
        ArrayDraft draft = new ArrayDraft(file, source);
        draft.write(String.valueOf(file.getFileName()));
        return new Drafted(draft.text.toString(), draft.notes);
    }

    private void write(String name) {
        boolean pictures = isPictures();
        text.add(
                "# Written from what is in %s: %,d samples %s, numbers %s. Change what you know better;",
                DraftText.printable(name), data.size(), shape, range);
        text.add("# docs/%s.yaml has all settings.", pictures ? "my-pictures" : "my-series");
        text.add("title: %s", DraftText.quoted(name));
        text.add("");
        text.add("data:");
        if (pictures) {
            pictures();
        } else {
            numbers();
        }
        text.training(data.size() < FEW ? 16 : 32);
    }

    private boolean isPictures() {
        boolean bytes = data.normalization().isPixels();
        if (shape.rank() == 3) {
            int channels = shape.dimension(2);
            return (channels == 1 || channels == 3) && range.least() >= 0;
        }
        boolean unit = range.least() >= 0
                && range.most() <= 1
                && Math.min(shape.dimension(0), shape.dimension(-1)) >= LEAST_SIDE;
        return shape.rank() == 2 && (bytes || range.isPixels() || unit);
    }

    private void share() {
        text.add(
                bothParts
                        ? "  # The file has a part to train on and one to test by."
                        : "  test_share: 0.2          # a fifth is tested by");
    }

    private void pictures() {
        text.add(
                "  images: %s   # taken for pictures; write 'source' for a series of each sample's rows",
                DraftText.quoted(source));
        share();
        boolean bytes = data.normalization().isPixels();
        if (bytes && range.most() < DIVIDED_TWICE) {
            text.add("  scale: 1                 # bytes of 0 and 1");
        } else if (!bytes && range.asPixels().isEmpty()) {
            boolean shorts = range.whole() && range.most() > 255 && range.most() <= 65_535;
            text.add(
                    "  scale: %s   # what the numbers are divided by", shorts ? "65535" : String.valueOf(range.most()));
        }
        text.add("");
        text.add("models:");
        text.pictures(shape.dimension(0), shape.dimension(1), shape.rank() == 3 ? shape.dimension(2) : 1, "sigmoid");
    }

    private void numbers() {
        text.add("  source: %s", DraftText.quoted(source));
        share();
        Neighbours neighbours = shape.rank() == 1 ? Neighbours.of(data) : new Neighbours(0, 1);
        int training = (int) (data.size() * 4L / 5);
        int most = Math.min(MOST_STEPS, Math.min(training / 8, (data.size() - training) / 2)) / 4 * 4;
        boolean curve = shape.rank() == 1
                && shape.size() >= CONVOLVED_STEPS
                && neighbours.across > Math.max(0.5, neighbours.down);
        boolean windows = shape.rank() == 1 && !curve && neighbours.down > 0.5 && most >= LEAST_STEPS;
        if (windows) {
            int stride = Math.clamp(data.size() / SAMPLES, 1, most / 2);
            text.add(
                    "  window: {steps: %d, stride: %d}   # the rows follow each other: samples of %d, one every %d",
                    most, stride, most, stride);
        }
        text.add(
                curve
                        ? "  scaling: {method: standardize, channels: all}   # the numbers of a row are steps of one channel"
                        : "  scaling: standardize     # each channel to mean 0, deviation 1; or min_max, robust, log1p, none");
        text.add("");
        text.add("models:");
        if (windows) {
            sequence(most, shape.size());
        } else if (curve && shape.size() % 4 == 0) {
            text.convolutions(shape.size(), 1);
        } else if (shape.rank() == 1) {
            text.dense(shape.size());
        } else if (shape.rank() == 2) {
            sequence(shape.dimension(0), shape.dimension(1));
        } else if (shape.rank() == 3) {
            text.pictures(shape.dimension(0), shape.dimension(1), shape.dimension(2), "linear");
        } else {
            text.flat(shape);
        }
    }

    private void sequence(int steps, int channels) {
        if (steps >= CONVOLVED_STEPS && steps % 4 == 0) {
            text.convolutions(steps, channels);
        } else if (steps <= MOST_RECURRENT_STEPS) {
            text.recurrent(steps, channels);
        } else {
            text.flat(Shape.of(steps, channels));
        }
    }

    /**
     * What a number tells of the next, as correlations of at most a few thousand.
     *
     * @param down in the row below
     * @param across in the same row
     */
    private record Neighbours(double down, double across) {
        private static final int MOST_ROWS = 2_000;
        private static final int MOST_COLUMNS = 256;

        static Neighbours of(Dataset data) {
            int rows = Math.min(MOST_ROWS, data.size());
            int columns = Math.min(MOST_COLUMNS, data.sampleShape().size());
            float[][] read = new float[rows][data.sampleShape().size()];
            double[] mean = new double[columns];
            for (int row = 0; row < rows; row++) {
                data.copySample(row, read[row], 0);
                for (int column = 0; column < columns; column++) {
                    mean[column] += read[row][column] / rows;
                }
            }
            double variance = 0;
            double below = 0;
            double beside = 0;
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    double here = read[row][column] - mean[column];
                    variance += here * here;
                    below += row + 1 < rows ? here * (read[row + 1][column] - mean[column]) : 0;
                    beside += column + 1 < columns ? here * (read[row][column + 1] - mean[column + 1]) : 0;
                }
            }
            return variance > 0 ? new Neighbours(below / variance, beside / variance) : new Neighbours(0, 0);
        }
    }
}

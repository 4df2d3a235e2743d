package dev.hourglass.lab.recipe.draft;

import dev.hourglass.data.DataSources;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.SourceOptions;
import dev.hourglass.data.Split;
import dev.hourglass.data.ValueRange;
import dev.hourglass.data.files.ArrayChoice;
import dev.hourglass.data.files.ArrayFile;
import dev.hourglass.lab.recipe.draft.DraftChoices.Model;
import dev.hourglass.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** A first recipe for a file of arrays (NPY, NPZ, MAT, HDF5, WAV, IDX): of pictures, of a series, of samples or of rows. */
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

    private final Read read;
    private final String name;
    private final DraftChoices choices;
    private final Dataset data;
    private final Shape shape;
    private final ValueRange range;
    private final boolean curve;
    private final int steps;
    private final int stride;

    private ArrayDraft(Read read, DraftChoices choices) {
        this.read = read;
        this.choices = choices;
        name = String.valueOf(read.file.getFileName());
        data = read.data;
        shape = data.sampleShape();
        range = read.range;
        Neighbours neighbours = read.neighbours;
        int training = (int) (data.size() * 4L / 5);
        int most = Math.min(MOST_STEPS, Math.min(training / 8, (data.size() - training) / 2)) / 4 * 4;
        curve = shape.rank() == 1
                && shape.size() >= CONVOLVED_STEPS
                && neighbours.across > Math.max(0.5, neighbours.down);
        boolean windows = shape.rank() == 1 && !curve && neighbours.down > 0.5 && most >= LEAST_STEPS;
        Integer wanted = shape.rank() == 1 ? choices.steps() : null;
        steps = wanted != null ? wanted : windows ? most : 1;
        int usual = wanted == null ? Math.clamp(data.size() / SAMPLES, 1, Math.max(1, most / 2)) : steps;
        stride = steps == 1 ? 1 : Objects.requireNonNullElse(choices.stride(), usual);
        if (steps > data.size()) {
            throw new DatasetException(String.format(
                    Locale.ROOT,
                    "Can't cut windows of %,d rows from %s: it has %,d. Use fewer.",
                    steps,
                    read.file,
                    data.size()));
        }
    }

    /** What does not depend on choices. */
    private record Read(
            Path file, Dataset data, ValueRange range, Neighbours neighbours, boolean bothParts, List<String> notes) {
        static Read of(Path file) {
            List<String> notes = new ArrayList<>();
            Optional<ArrayFile> arrays = DataSources.arrays(file);
            Dataset data = arrays.isPresent()
                    ? ArrayChoice.open(file, arrays.get(), null, Split.TRAINING, notes)
                    : DataSources.openFile(file, SourceOptions.defaults());
            return new Read(
                    file,
                    data,
                    ValueRange.of(data),
                    data.sampleShape().rank() == 1 ? Neighbours.of(data) : new Neighbours(0, 1),
                    arrays.isPresent() && ArrayChoice.hasBoth(file, arrays.get(), null),
                    List.copyOf(notes));
        }
    }

    /** @throws DatasetException if it can't be told which array is meant, or nothing can be read */
    public static ArrayDraft of(Path file, DraftChoices choices) {
        return new ArrayDraft(Read.of(file), choices);
    }

    /** The same file, which is not read again. */
    public ArrayDraft with(DraftChoices other) {
        return new ArrayDraft(read, other);
    }

    /** What was chosen of the file, a sentence each. */
    public List<String> notes() {
        return read.notes;
    }

    /** As it lies in the file: the part to train on, where there are two. */
    public Dataset data() {
        return data;
    }

    /** Of these numbers. */
    public ValueRange range() {
        return range;
    }

    /** Whether the file has a part to train on and one to test by. */
    public boolean hasBothParts() {
        return read.bothParts;
    }

    /** Rows of a window; 1 where a sample is one entry of the array. */
    public int steps() {
        return steps;
    }

    /** Rows from one window to the next. */
    public int stride() {
        return stride;
    }

    /** How many samples there are. */
    public long samples() {
        return (data.size() - steps) / stride + 1L;
    }

    /**
     * @param source as the recipe names the file: from its own folder
     * @return YAML
     */
    public String recipe(String source) {
        DraftText text = new DraftText();
        write(text, source);
        return text.toString();
    }

    private void write(DraftText text, String source) {
        boolean pictures = isPictures();
        text.add(
                "# Written from what is in %s: %,d samples %s, numbers %s. Change what you know better;",
                DraftText.printable(name), data.size(), shape, range);
        text.add("# docs/%s.yaml has all settings.", pictures ? "my-pictures" : "my-series");
        text.add("title: %s", DraftText.quoted(name));
        text.add("");
        text.add("data:");
        if (pictures) {
            pictures(text, source);
        } else {
            numbers(text, source);
        }
        text.training(data.size() < FEW ? 16 : 32);
    }

    /** Whether each sample is taken for a picture. */
    public boolean isPictures() {
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

    private void share(DraftText text) {
        text.add(
                read.bothParts
                        ? "  # The file has a part to train on and one to test by."
                        : "  test_share: 0.2          # a fifth is tested by");
    }

    private void pictures(DraftText text, String source) {
        text.add(
                "  images: %s   # taken for pictures; write 'source' for a series of each sample's rows",
                DraftText.quoted(source));
        share(text);
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
        int channels = shape.rank() == 3 ? shape.dimension(2) : 1;
        choices.requireModel("pictures", Model.CNN, Model.DENSE);
        if (choices.model() == Model.DENSE) {
            text.flat(Shape.of(shape.dimension(0), shape.dimension(1), channels));
        } else {
            text.pictures(shape.dimension(0), shape.dimension(1), channels, "sigmoid");
        }
    }

    private void numbers(DraftText text, String source) {
        text.add("  source: %s", DraftText.quoted(source));
        share(text);
        if (steps > 1) {
            text.add(
                    "  window: {steps: %d, stride: %d}   # the rows follow each other: samples of %d, one every %d",
                    steps, stride, steps, stride);
        }
        text.add(
                curve
                        ? "  scaling: {method: standardize, channels: all}   # the numbers of a row are steps of one"
                                + " channel"
                        : "  scaling: standardize     # each channel to mean 0, deviation 1; or min_max, robust,"
                                + " log1p, none");
        text.add("");
        text.add("models:");
        Model model = choices.model();
        if (model != null) {
            chosen(text, model);
        } else if (steps > 1) {
            sequence(text, steps, shape.size());
        } else if (curve && shape.size() % 4 == 0) {
            text.convolutions(shape.size(), 1);
        } else if (shape.rank() == 1) {
            text.dense(shape.size());
        } else if (shape.rank() == 2) {
            sequence(text, shape.dimension(0), shape.dimension(1));
        } else if (shape.rank() == 3) {
            text.pictures(shape.dimension(0), shape.dimension(1), shape.dimension(2), "linear");
        } else {
            text.flat(shape);
        }
    }

    private void chosen(DraftText text, Model model) {
        if (steps > 1 || shape.rank() == 2) {
            choices.requireModel("a series", Model.CONV1D, Model.LSTM, Model.DENSE);
            boolean windows = steps > 1;
            text.series(model, windows ? steps : shape.dimension(0), windows ? shape.size() : shape.dimension(1));
        } else if (curve) {
            choices.requireModel("a series", Model.CONV1D, Model.LSTM, Model.DENSE);
            text.series(model, shape.size(), 1);
        } else {
            choices.requireModel("these samples", Model.DENSE);
            if (shape.rank() == 1) {
                text.dense(shape.size());
            } else {
                text.flat(shape);
            }
        }
    }

    private static void sequence(DraftText text, int steps, int channels) {
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

package dev.hourglass.lab.detection;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.files.CsvWriter;
import dev.hourglass.detect.Detector;
import dev.hourglass.report.figures.ContactSheet;
import dev.hourglass.report.figures.Figure;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Samples that are no rows of a series, such as pictures, with their scores.
 *
 * @param scores over the threshold, one a sample
 */
public record ScoredSamples(Dataset samples, double[] scores) {
    private static final int TILES = 24;
    private static final float WHITE = 255;

    /**
     * Scores samples.
     *
     * @param samples under the model's normalization
     * @param progress is told how many are done
     * @throws IllegalArgumentException if the model rebuilds what is not finite
     */
    public static ScoredSamples of(Detector detector, Dataset samples, IntConsumer progress) {
        double[] scores = detector.scoreSamples(samples, progress);
        samples.requireUnchanged();
        return new ScoredSamples(samples, scores);
    }

    /** How many are above the threshold. */
    public int flagged() {
        return (int) Arrays.stream(scores).filter(score -> score > 1).count();
    }

    /** The samples with the highest scores, the highest first. */
    public List<Integer> oddest(int most) {
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer sample) -> scores[sample])
                        .reversed()
                        .thenComparing(Comparator.naturalOrder()))
                .limit(most)
                .toList();
    }

    /** What a sample is called, such as its file; its class where it has no name; else empty. */
    public String name(int sample) {
        String name = samples.sampleName(sample);
        if (!name.isEmpty() || !samples.hasLabels()) {
            return name;
        }
        int label = samples.label(sample);
        return label < samples.classNames().size() ? samples.classNames().get(label) : Integer.toString(label);
    }

    /** Writes a line for each sample, the oddest first. */
    public void writeScores(Path file) throws IOException {
        CsvWriter.write(file, lead(), List.of(), sink -> sink.write(new float[0], 0, scores.length));
    }

    /** The same text where somebody else makes the file. */
    public void writeScores(Appendable text) throws IOException {
        CsvWriter.write(text, lead(), List.of(), sink -> sink.write(new float[0], 0, scores.length));
    }

    private CsvWriter.Lead lead() {
        List<Integer> order = oddest(scores.length);
        return new CsvWriter.Lead(List.of("sample", "name", "score", "flag"), line -> {
            int sample = order.get(line);
            return List.of(
                    Integer.toString(sample),
                    name(sample),
                    Double.toString(scores[sample]),
                    scores[sample] > 1 ? "1" : "0");
        });
    }

    /** The oddest side by side; empty if they are no pictures. */
    public Optional<Figure> figure(String name) {
        if (!arePictures()) {
            return Optional.empty();
        }
        Shape shape = samples.sampleShape();
        List<ContactSheet.Tile> tiles = new ArrayList<>();
        for (int sample : oddest(TILES)) {
            String label = String.format(Locale.ROOT, "%.3g %s", scores[sample], name(sample));
            tiles.add(new ContactSheet.Tile(label, shape.dimension(1), shape.dimension(0), pixels(sample)));
        }
        String note = String.format(
                Locale.ROOT, "The oddest of %,d, %,d of them above the threshold of 1", scores.length, flagged());
        return Optional.of(ContactSheet.draw(name, note, tiles));
    }

    /** Whether they are pictures, grey or in colours. */
    public boolean arePictures() {
        Shape shape = samples.sampleShape();
        return shape.rank() == 3 && (shape.dimension(2) == 1 || shape.dimension(2) == 3);
    }

    /** A picture with what its pixels add to its score; of colours together. */
    HeatMap heatMap(Detector detector, int sample) {
        Shape shape = samples.sampleShape();
        int channels = shape.dimension(2);
        float[] each = detector.parts(samples, sample);
        float[] parts = new float[each.length / channels];
        for (int i = 0; i < each.length; i++) {
            parts[i / channels] += Math.max(0, each[i]);
        }
        return new HeatMap(shape.dimension(0), shape.dimension(1), pixels(sample), parts);
    }

    /** [height, width, 3], 0 to 1. */
    private float[] pixels(int sample) {
        Shape shape = samples.sampleShape();
        float[] numbers = new float[shape.size()];
        samples.copySample(sample, numbers, 0);
        int channels = shape.dimension(2);
        // Numbers that were not scaled are shares already; others are brought back to what the file has, up to 255.
        float white = samples.normalization().isNone() ? 1 : WHITE;
        samples.normalization().restore(numbers, 0, numbers.length);
        float[] pixels = new float[3 * shape.dimension(0) * shape.dimension(1)];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = Math.clamp(numbers[channels == 3 ? i : i / 3] / white, 0f, 1f);
        }
        return pixels;
    }
}

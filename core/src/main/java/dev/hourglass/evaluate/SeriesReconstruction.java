package dev.hourglass.evaluate;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.SamplePlaces;
import dev.hourglass.data.series.RowAnswers;
import dev.hourglass.engine.Samples;
import java.util.function.IntConsumer;

/**
 * The rows of a series rebuilt through overlapping windows: a row is the mean of what the model makes of it in all windows
 * that have it. Rows may be changed between two times, such as by noise or by what fills gaps. Memory holds the rows and a
 * batch of windows.
 */
public final class SeriesReconstruction {
    private static final int BATCH = 256;

    private final PatchReconstruction.Model model;
    private final Dataset windows;
    private final SamplePlaces places;
    private final int channels;

    /**
     * @param model gives windows as it gets them
     * @param windows [steps, channels] of a series, whose places are known
     */
    public SeriesReconstruction(PatchReconstruction.Model model, Dataset windows) {
        this.model = model;
        this.windows = windows;
        places = windows.places().orElseThrow();
        channels = windows.sampleShape().dimension(-1);
    }

    /** How many rows there are. */
    public int rows() {
        return places.rows().count();
    }

    public int channels() {
        return channels;
    }

    /** The rows as the windows have them, [rows, channels]; NaN where no window has one. */
    public float[] original() {
        float[] window = new float[windows.sampleShape().size()];
        RowAnswers answers = new RowAnswers(places, channels, RowAnswers.Overlap.LAST);
        for (int sample = 0; sample < windows.size(); sample++) {
            windows.copySample(sample, window, 0);
            answers.add(sample, window, 0);
        }
        return matrix(answers);
    }

    /**
     * @param rows [rows, channels], left as they are
     * @param progress told how many windows are done
     * @return [rows, channels]; NaN where no window has a row
     * @throws InterruptedComputationException if this thread is interrupted
     */
    public float[] rebuilt(float[] rows, IntConsumer progress) {
        int size = windows.sampleShape().size();
        float[] into = new float[Math.multiplyExact(Math.min(BATCH, windows.size()), size)];
        RowAnswers answers = new RowAnswers(places, channels, RowAnswers.Overlap.MEAN);
        Samples changed = (sample, to, offset) -> {
            windows.copySample(sample, to, offset); // what fills up a short series
            System.arraycopy(rows, places.start(sample) * channels, to, offset, places.length(sample) * channels);
        };
        for (int from = 0; from < windows.size(); from += BATCH) {
            InterruptedComputationException.throwIfInterrupted(Thread.currentThread(), "Rebuilding a series");
            int count = Math.min(BATCH, windows.size() - from);
            model.rebuild(changed, from, count, into);
            for (int i = 0; i < count; i++) {
                answers.add(from + i, into, i * size);
            }
            progress.accept(from + count);
        }
        return matrix(answers);
    }

    private float[] matrix(RowAnswers answers) {
        float[] matrix = new float[Math.multiplyExact(rows(), channels)];
        answers.<RuntimeException>forEach(
                (row, answer) -> System.arraycopy(answer, 0, matrix, row * channels, channels));
        return matrix;
    }
}

package dev.hourglass.data.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.data.DataSources;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.SourceOptions;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.data.series.SeriesOptions;
import dev.hourglass.data.series.SeriesSplit;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Beside NumPy's numbers by librosa's formula, which are librosa's own within 1e-9; see interop/make_data_goldens.py. */
class LogMelSpectrogramTest {
    private static final Path GOLDENS = Path.of("src/test/resources/data/wav");
    private static final Path SWEEP = GOLDENS.resolve("sweep.wav");
    private static final LogMelSpectrogram MEL = new LogMelSpectrogram(20, 512, 200);

    @TempDir
    private Path folder;

    @Test
    void spectraAreThoseOfLibrosa() throws IOException {
        List<String> expected = Files.readAllLines(GOLDENS.resolve("sweep-mel.csv"));

        FloatDataset found = MEL.of(SWEEP, DataSources.arrays(SWEEP));

        assertThat(found.size()).isEqualTo(expected.size());
        double[] spectrum = new double[20];
        for (int i = 0; i < found.size(); i++) {
            found.copyStored(i, spectrum, 0);
            String[] numbers = expected.get(i).split(",", -1);
            for (int band = 0; band < 20; band++) {
                assertThat(spectrum[band])
                        .as("band %d of spectrum %d", band, i)
                        .isCloseTo(Double.parseDouble(numbers[band]), within(1e-6));
            }
        }
    }

    @Test
    void theyAreCutIntoPicturesOfSound() {
        SeriesSplit split = SeriesSplit.open(
                SWEEP,
                SeriesOptions.defaults()
                        .withSpectrogram(MEL)
                        .withWindow(4, 1)
                        .withTestShare(0.4)
                        .withScaling(null));

        assertThat(split.training().sampleShape()).isEqualTo(Shape.of(4, 20));
        assertThat(split.training().size()).isEqualTo(8);
        assertThat(split.test().size()).isEqualTo(4);
        Dataset asPictures = new DataSources(DatasetCatalog.standard())
                .open(
                        SWEEP.toString(),
                        SourceOptions.defaults()
                                .withSpectrogram(MEL)
                                .withStride(1)
                                .withSampleShape(Shape.of(4, 20, 1)),
                        event -> {});
        assertThat(asPictures.size()).isEqualTo(15);
        float[] picture = new float[80];
        float[] window = new float[80];
        asPictures.copySample(3, picture, 0);
        split.training().copySample(3, window, 0);
        assertThat(picture).containsExactly(window);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0|512|200|mels must be from 1 to 1,024, got 0",
                "20|500|200|window must be a power of two, such as 256, got 500",
                "20|512|0|hop must be from 1 to 2,147,483,647, got 0"
            })
    void whatIsNoSpectrogramIsSaid(int mels, int window, int hop, String message) {
        assertThatThrownBy(() -> new LogMelSpectrogram(mels, window, hop))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void whatHasNoSpectrogramIsRefused() throws IOException {
        Path table = Files.writeString(folder.resolve("a.csv"), "1,2\n3,4\n");
        assertThatThrownBy(
                        () -> SeriesSplit.open(table, SeriesOptions.defaults().withSpectrogram(MEL)))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Can't make a spectrogram of " + table
                        + ": expected a WAV file. Give one, or leave 'spectrogram' out.");
        assertThatThrownBy(() -> new LogMelSpectrogram(20, 8192, 200).of(SWEEP, DataSources.arrays(SWEEP)))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Can't make a spectrogram of " + SWEEP
                        + ": it has 4,000 frames, expected at least the 8,192" + " of a window. Choose a shorter one.");
        assertThatThrownBy(() -> new LogMelSpectrogram(400, 512, 200).of(SWEEP, DataSources.arrays(SWEEP)))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("too short to tell 400 mels apart; band ")
                .hasMessageEndingWith("has no frequency. Choose fewer mels or a longer window.");
    }
}

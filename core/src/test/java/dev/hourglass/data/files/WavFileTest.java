package dev.hourglass.data.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.DataSources;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.SourceOptions;
import dev.hourglass.data.series.SeriesOptions;
import dev.hourglass.data.series.SeriesSplit;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With files of the real SciPy and of Python's own writer, see interop/make_data_goldens.py. */
class WavFileTest {
    private static final Path GOLDENS = Path.of("src/test/resources/data/wav");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"u8", "i16", "i24", "i32", "f32", "f64"})
    void framesAreFromMinusOneToOneWhateverTheirNumbers(String name) {
        Dataset data = DataSources.openFile(GOLDENS.resolve(name + ".wav"), SourceOptions.defaults());

        assertThat(data.size()).isEqualTo(4);
        assertThat(data.sampleShape()).isEqualTo(Shape.of(2));
        float[] frames = new float[8];
        for (int i = 0; i < 4; i++) {
            data.copySample(i, frames, 2 * i);
        }
        assertThat(frames).containsExactly(-1, 0.5f, -0.5f, 0.25f, 0, 0, 0.5f, -0.25f);
    }

    @Test
    void theyAreASeriesThatIsCutIntoWindows() {
        SeriesSplit split = SeriesSplit.open(
                GOLDENS.resolve("i16.wav"),
                SeriesOptions.defaults().withScaling(null).withTestShare(0.5).withWindow(2, 1));

        assertThat(split.training().size()).isEqualTo(1);
        assertThat(split.training().sampleShape()).isEqualTo(Shape.of(2, 2));
        assertThat(split.test().size()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "40|-1|4,294,967,295 bytes of a part at byte 36, found 16 up to the end of the file",
                "16|-1|4,294,967,295 bytes of a part at byte 12, found 40 up to the end of the file",
                "20|7|whole numbers of 8, 16, 24 or 32 bits (format 1), or fractions of 32 or 64 (format 3), found"
                        + " format 7",
                "8|7|RIFF and WAVE at the beginning, found other bytes",
                "40|0|1 to 2,147,483,583 frames, found 0"
            })
    void whatIsNotThereIsRefused(int at, int number, String message) throws IOException {
        byte[] bytes = Files.readAllBytes(GOLDENS.resolve("i16.wav"));
        ByteBuffer wav = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (at == 20) {
            wav.putShort(at, (short) number);
        } else {
            wav.putInt(at, number);
        }
        Path file = Files.write(folder.resolve("a.wav"), bytes);

        assertThatThrownBy(() -> WavFile.open(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith(file + ": expected " + message);
    }

    /** Whatever is written over, a file is read or refused. */
    @Test
    void damagedFilesAreReadOrRefused() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] good = Files.readAllBytes(GOLDENS.resolve("f32.wav"));
        for (int round = 0; round < 200; round++) {
            byte[] bytes = good.clone();
            for (int i = 0; i < 1 + round % 3; i++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            Path file = Files.write(folder.resolve("damaged.wav"), bytes);
            try {
                WavFile wav = WavFile.open(file);
                Dataset data = wav.samples(wav.entries().getFirst());
                data.copySample(data.size() - 1, new float[data.sampleShape().size()], 0);
            } catch (CorruptFileException e) {
                assertThat(e.getMessage()).as("seed %d", seed).startsWith(file.toString());
            }
        }
    }
}

package dev.hourglass.data.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.DataSources;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.files.LogMelSpectrogram;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SoundFolderTest {
    private static final LogMelSpectrogram SPECTROGRAM = new LogMelSpectrogram(8, 64, 32);
    private static final SeriesOptions OPTIONS =
            SeriesOptions.defaults().withWindow(4, 4).withSpectrogram(SPECTROGRAM);

    @TempDir
    private Path folder;

    @Test
    void foldersAreClassesThatAreAllTestedBy() throws IOException {
        for (int i = 0; i < 10; i++) {
            wav("hum/" + i + ".wav", 8_000, 640);
            wav("click/" + i + ".WAV", 8_000, 640);
        }
        Files.writeString(folder.resolve("README.txt"), "Sounds of machines.");

        SeriesSplit split = SeriesSplit.open(folder, OPTIONS);

        // 19 spectra each: four windows of 4, and in the test part a last one that ends where the file does.
        assertThat(split.training().size()).isEqualTo(16 * 4);
        assertThat(split.test().size()).isEqualTo(4 * 5);
        assertThat(split.test().sampleShape()).isEqualTo(Shape.of(4, 8));
        assertThat(split.training().classNames()).containsExactly("click", "hum");
        assertThat(count(split.test(), 0)).isEqualTo(10);
        assertThat(count(split.test(), 1)).isEqualTo(10);
        assertThat(split.notes())
                .anyMatch(note -> note.endsWith("20 WAV files at 8,000 Hz of 2 classes, each a series of spectra of 8"
                        + " mels, from 64 frames every 32."))
                .contains("A file beside them is passed over: README.txt.");
    }

    @Test
    void spectraAreThoseOfTheFileAlone() throws IOException {
        wav("a.wav", 8_000, 640);
        wav("b.wav", 8_000, 96);

        FloatDataset rows = TableSamples.readSounds(folder, SPECTROGRAM, SeriesOptions.Steps.PLAIN)
                .data();
        FloatDataset alone = SPECTROGRAM.of(folder.resolve("b.wav"), DataSources.arrays(folder.resolve("b.wav")));

        assertThat(rows.size()).isEqualTo(19 + 2);
        double[] a = new double[8];
        double[] b = new double[8];
        for (int i = 0; i < 2; i++) {
            rows.copyStored(19 + i, a, 0);
            alone.copyStored(i, b, 0);
            assertThat(a).isEqualTo(b);
        }
    }

    @Test
    void framesAreASeriesWhereNoSpectrogramIsWanted() throws IOException {
        wav("a.wav", 8_000, 100);
        wav("b.wav", 8_000, 60);

        SeriesSplit split = SeriesSplit.open(folder, SeriesOptions.defaults().withWindow(20, 20));

        assertThat(split.training().sampleShape()).isEqualTo(Shape.of(20, 1));
        assertThat(split.training().size()).isEqualTo(5);
        assertThat(split.test().size()).isEqualTo(3);
    }

    @Test
    void whatCannotBeReadIsCountedAndListedAndOtherRatesAreRefused() throws IOException {
        for (int i = 0; i < 4; i++) {
            wav(i + ".wav", 8_000, 640);
        }
        wav("short.wav", 8_000, 40);
        Files.writeString(folder.resolve("broken.wav"), "RIFF and nothing else");

        assertThat(SeriesSplit.open(folder, OPTIONS).notes())
                .anyMatch(note -> note.startsWith("Left out 2 of 6 files that can't be read: broken.wav: expected")
                        && note.endsWith("short.wav: 40 frames, fewer than the 64 of a spectrum."));

        wav("z.wav", 16_000, 640);
        assertThatThrownBy(() -> SeriesSplit.open(folder, OPTIONS))
                .isInstanceOf(DatasetException.class)
                .hasMessageEndingWith("z.wav has 16,000 Hz, others before it 8,000 Hz. Convert them to one rate.");
    }

    private static long count(FloatDataset data, int label) {
        return IntStream.range(0, data.size())
                .filter(i -> data.label(i) == label)
                .count();
    }

    /** A hum that depends on the name, of 16 bits and one channel. */
    private void wav(String name, int rate, int frames) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(44 + 2 * frames).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(36 + 2 * frames);
        bytes.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
        bytes.putShort((short) 1).putShort((short) 1).putInt(rate).putInt(2 * rate);
        bytes.putShort((short) 2).putShort((short) 16);
        bytes.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(2 * frames);
        for (int i = 0; i < frames; i++) {
            bytes.putShort((short) (10_000 * Math.sin(i * (0.1 + name.hashCode() % 7 * 0.01))));
        }
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes.array());
    }
}

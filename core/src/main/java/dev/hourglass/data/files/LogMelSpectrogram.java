package dev.hourglass.data.files;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.SampleStore;
import dev.hourglass.data.ScratchFile;
import dev.hourglass.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Sound as a series of spectra: the power of each band of the mel scale, in decibels, of windows of frames. Bands and scale
 * are Slaney's, with triangles of equal area, and the window is Hann's, as librosa has them by default; the first window
 * begins at the first frame ({@code center=False}). Several channels are averaged.
 *
 * @param mels bands from 0 to half of the sampling rate, 1 to 1,024
 * @param window frames of a spectrum, a power of two from 32 to 65,536
 * @param hop frames from one spectrum to the next, >= 1
 * @see <a href="https://librosa.org/doc/0.11.0/generated/librosa.feature.melspectrogram.html">librosa's melspectrogram</a>
 */
public record LogMelSpectrogram(int mels, int window, int hop) {
    private static final int MOST_MELS = 1 << 10;
    private static final int LEAST_WINDOW = 1 << 5;
    private static final int MOST_WINDOW = 1 << 16;
    /** Weaker is as if it were so strong, -100 dB. */
    private static final double LEAST_POWER = 1e-10;
    /** Slaney's scale: linear up to here, 15 mels of 200 / 3 Hz each, then 27 mels for a factor of 6.4. */
    private static final double LINEAR_HERTZ = 1000;

    private static final double LINEAR_MELS = 15;
    private static final double HERTZ_A_MEL = 200.0 / 3;
    private static final double LOG_STEP = Math.log(6.4) / 27;

    public LogMelSpectrogram {
        require("mels", mels, 1, MOST_MELS);
        require("window", window, LEAST_WINDOW, MOST_WINDOW);
        require("hop", hop, 1, Integer.MAX_VALUE);
        if (Integer.bitCount(window) != 1) {
            throw new IllegalArgumentException(
                    "window must be a power of two, such as " + Integer.highestOneBit(window) + ", got " + window);
        }
    }

    /**
     * Reads what {@link #toString} writes.
     *
     * @return empty if it is no such text
     * @throws IllegalArgumentException if it is one of numbers that can't be
     */
    public static Optional<LogMelSpectrogram> parse(String text) {
        if (!text.matches("\\d{1,9},\\d{1,9},\\d{1,9}")) {
            return Optional.empty();
        }
        String[] numbers = text.split(",", -1);
        return Optional.of(new LogMelSpectrogram(
                Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]), Integer.parseInt(numbers[2])));
    }

    /** Mels, window and hop, such as {@code 64,1024,512}. */
    @Override
    public String toString() {
        return mels + "," + window + "," + hop;
    }

    private static void require(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s must be from %,d to %,d, got %,d", name, least, most, value));
        }
    }

    /**
     * The spectra of a file.
     *
     * @return a series, [mels] each
     * @throws DatasetException if it is no WAV file, too short, or a band would have no frequency
     */
    public FloatDataset of(Path file, Optional<ArrayFile> sound) {
        if (!(sound.orElse(null) instanceof WavFile wav)) {
            throw noSound(file);
        }
        FloatDataset frames = wav.samples(wav.entries().getFirst());
        if (frames.size() < window) {
            throw new DatasetException(String.format(
                    Locale.ROOT,
                    "Can't make a spectrogram of %s: it has %,d frames, expected at least the %,d of a window. Choose a"
                            + " shorter one.",
                    file,
                    frames.size(),
                    window));
        }
        double[][] bands = bands(wav.framesPerSecond());
        requireFrequencies(file, wav.framesPerSecond(), bands);
        int spectra = spectra(frames.size());
        long bytes = (long) spectra * mels * Double.BYTES;
        MemorySegment values = bytes <= ScratchFile.MOST_BYTES_IN_MEMORY
                ? Arena.ofAuto().allocate(bytes, Double.BYTES)
                : ScratchFile.mapped(bytes, "a spectrogram");
        Spectrum spectrum = new Spectrum(window);
        double[] sample = new double[window];
        for (int i = 0; i < spectra; i++) {
            copy(frames, (int) ((long) i * hop), sample);
            double[] power = spectrum.power(sample);
            for (int band = 0; band < mels; band++) {
                values.setAtIndex(ValueLayout.JAVA_DOUBLE, (long) i * mels + band, decibels(bands[band], power));
            }
        }
        frames.requireUnchanged();
        return FloatDataset.of(frames.name(), Shape.of(mels), new SampleStore.Doubles(values, mels));
    }

    /** Where a spectrogram is wanted of anything but sound. */
    public static DatasetException noSound(Path file) {
        return new DatasetException(
                "Can't make a spectrogram of " + file + ": expected a WAV file. Give one, or leave 'spectrogram' out.");
    }

    private static void copy(FloatDataset frames, int from, double[] into) {
        double[] frame = new double[frames.sampleShape().size()];
        for (int i = 0; i < into.length; i++) {
            frames.copyStored(from + i, frame, 0);
            double sum = 0;
            for (double channel : frame) {
                sum += channel;
            }
            into[i] = sum / frame.length;
        }
    }

    private static double decibels(double[] band, double[] power) {
        double sum = 0;
        for (int k = 0; k < band.length; k++) {
            sum += band[k] * power[k];
        }
        return 10 * Math.log10(Math.max(LEAST_POWER, sum));
    }

    /** The weights of frequencies in each band, [mels, window / 2 + 1]. */
    private double[][] bands(int framesPerSecond) {
        double[] edges = new double[mels + 2];
        double most = mel(framesPerSecond / 2.0);
        for (int i = 0; i < edges.length; i++) {
            edges[i] = hertz(most * i / (edges.length - 1));
        }
        double[][] bands = new double[mels][window / 2 + 1];
        for (int band = 0; band < mels; band++) {
            for (int k = 0; k <= window / 2; k++) {
                double frequency = (double) k * framesPerSecond / window;
                double rising = (frequency - edges[band]) / (edges[band + 1] - edges[band]);
                double falling = (edges[band + 2] - frequency) / (edges[band + 2] - edges[band + 1]);
                double height = 2 / (edges[band + 2] - edges[band]);
                bands[band][k] = height * Math.max(0, Math.min(rising, falling));
            }
        }
        return bands;
    }

    /** The first band without a frequency, from 0; -1 if each has one. */
    private static int empty(double[][] bands) {
        for (int band = 0; band < bands.length; band++) {
            if (Arrays.stream(bands[band]).allMatch(weight -> weight == 0)) {
                return band;
            }
        }
        return -1;
    }

    /** Whether windows are long enough, at a sampling rate in Hz, that each band has a frequency. */
    public boolean tellsApart(int framesPerSecond) {
        return empty(bands(framesPerSecond)) < 0;
    }

    private void requireFrequencies(Path file, int framesPerSecond, double[][] bands) {
        int empty = empty(bands);
        if (empty >= 0) {
            throw new DatasetException(String.format(
                    Locale.ROOT,
                    "Can't make a spectrogram of %s: windows of %,d frames at %,d Hz are too short to tell %,d mels"
                            + " apart; band %,d has no frequency. Choose fewer mels or a longer window.",
                    file,
                    window,
                    framesPerSecond,
                    mels,
                    empty + 1));
        }
    }

    /** How many spectra so many frames make; 0 if they are fewer than a window. */
    public int spectra(int frames) {
        return frames < window ? 0 : 1 + (frames - window) / hop;
    }

    private static double mel(double hertz) {
        return hertz < LINEAR_HERTZ ? hertz / HERTZ_A_MEL : LINEAR_MELS + Math.log(hertz / LINEAR_HERTZ) / LOG_STEP;
    }

    private static double hertz(double mel) {
        return mel < LINEAR_MELS ? mel * HERTZ_A_MEL : LINEAR_HERTZ * Math.exp(LOG_STEP * (mel - LINEAR_MELS));
    }

    /** The power of the frequencies of a window, by Cooley's and Tukey's transform in place. */
    private static final class Spectrum {
        private final double[] hann;
        private final double[] cosines;
        private final double[] sines;
        private final double[] real;
        private final double[] imaginary;
        private final double[] power;

        Spectrum(int length) {
            hann = new double[length];
            cosines = new double[length];
            sines = new double[length];
            real = new double[length];
            imaginary = new double[length];
            power = new double[length / 2 + 1];
            for (int i = 0; i < length; i++) {
                double angle = 2 * Math.PI * i / length;
                cosines[i] = Math.cos(angle);
                sines[i] = Math.sin(angle);
                hann[i] = 0.5 - 0.5 * cosines[i];
            }
        }

        /** @return [length / 2 + 1], overwritten by the next call */
        double[] power(double[] sample) {
            int length = hann.length;
            int shift = Integer.numberOfLeadingZeros(length) + 1;
            for (int i = 0; i < length; i++) {
                int reversed = Integer.reverse(i) >>> shift;
                real[reversed] = sample[i] * hann[i];
                imaginary[reversed] = 0;
            }
            for (int half = 1; half < length; half *= 2) {
                int turn = length / (2 * half);
                for (int from = 0; from < length; from += 2 * half) {
                    for (int k = 0; k < half; k++) {
                        butterfly(from + k, from + k + half, cosines[k * turn], -sines[k * turn]);
                    }
                }
            }
            for (int k = 0; k < power.length; k++) {
                power[k] = real[k] * real[k] + imaginary[k] * imaginary[k];
            }
            return power;
        }

        private void butterfly(int even, int odd, double cosine, double sine) {
            double turnedReal = real[odd] * cosine - imaginary[odd] * sine;
            double turnedImaginary = real[odd] * sine + imaginary[odd] * cosine;
            real[odd] = real[even] - turnedReal;
            imaginary[odd] = imaginary[even] - turnedImaginary;
            real[even] += turnedReal;
            imaginary[even] += turnedImaginary;
        }
    }
}

package dev.hourglass.bench;

import dev.hourglass.detect.series.StreamingDetector;
import dev.hourglass.detect.series.StreamingOptions;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Scores a stream row by row whenever it is told to, for {@code bench/streaming}. */
public final class StreamingRun {
    private static final int STEPS = 50;
    private static final int CHANNELS = 6;
    private static final int CHECKED = 20;
    private static final long WARM_UP_NANOS = 15_000_000_000L;

    private long time;
    private final double[] row = new double[CHANNELS];
    private final StreamingDetector detector;

    private StreamingRun(StreamingDetector detector) {
        this.detector = detector;
    }

    /** Argument: the file that gets the model. What is said to whom is told in streaming_runner.py. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            throw new IllegalArgumentException("Expected the MODEL file to write");
        }
        Autoencoder model = Autoencoder.initialize(spec(), Normalization.NONE, new RandomSource(7));
        ModelFile.write(SavedModel.of(model, null, Map.of()), Path.of(arguments[0]));
        try (StreamingDetector detector = StreamingDetector.of(
                model.spec().reconstructing(),
                model.parameters(),
                model.normalization(),
                StreamingOptions.defaults(),
                1)) {
            new StreamingRun(detector).serve();
        }
    }

    /** The sequences lab's LSTM on six channels. */
    private static AutoencoderSpec spec() {
        return new AutoencoderSpec(
                "lstm",
                Shape.of(STEPS, CHANNELS),
                List.of(
                        new LayerSpec.Lstm("enc_lstm1", 64, true),
                        new LayerSpec.Lstm("enc_lstm2", 32, false),
                        new LayerSpec.Dense("latent", 20, Activation.LINEAR)),
                List.of(
                        new LayerSpec.RepeatVector("dec_repeat", STEPS),
                        new LayerSpec.Lstm("dec_lstm1", 32, true),
                        new LayerSpec.Lstm("dec_lstm2", 64, true),
                        new LayerSpec.TimeDistributed(
                                "output", new LayerSpec.Dense("output_dense", CHANNELS, Activation.LINEAR))));
    }

    private void serve() throws IOException {
        double check = scores(STEPS - 1 + CHECKED);
        long start = System.nanoTime();
        while (System.nanoTime() - start < WARM_UP_NANOS) {
            scores(100);
        }
        System.out.printf(
                Locale.ROOT,
                "{\"about\": \"Hourglass, Java %s\", \"check\": %.9g}%n",
                Runtime.version().feature(),
                check);
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            int rows = Integer.parseInt(line);
            long begin = System.nanoTime();
            scores(rows);
            System.out.printf(Locale.ROOT, "{\"seconds\": %.9f}%n", (System.nanoTime() - begin) / 1e9);
        }
    }

    /** Of the next rows, added. */
    private double scores(int rows) {
        double sum = 0;
        for (int i = 0; i < rows; i++) {
            for (int channel = 0; channel < CHANNELS; channel++) {
                row[channel] = (float) Math.sin(time * 0.07 * (channel + 1));
            }
            detector.accept(row);
            time++;
            sum += Double.isNaN(detector.score()) ? 0 : detector.score();
        }
        return sum;
    }
}

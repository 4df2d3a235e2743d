package dev.hourglass.bench;

import dev.hourglass.evaluate.Points;
import dev.hourglass.evaluate.tsne.Embedding;
import dev.hourglass.evaluate.tsne.TSne;
import dev.hourglass.evaluate.tsne.TSneEvent;
import dev.hourglass.evaluate.tsne.TSneOptions;
import dev.hourglass.evaluate.tsne.Trustworthiness;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/** One t-SNE in a fresh JVM, for {@code bench/tsne}: what a user waits for, the JIT's warming up included. */
public final class TSneRun {
    private static final int NEIGHBOURS = 5;
    /** Trustworthiness beside scikit-learn's, which holds a matrix of all pairs. */
    private static final int MOST_JUDGED = 20_000;

    private TSneRun() {}

    /**
     * Arguments: codes (float32, little-endian, row-major), dimensions, threads, the file that gets the picture in the
     * same form. Prints one line of JSON; what happens goes to standard error.
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 4) {
            throw new IllegalArgumentException(
                    "Expected CODES DIMENSIONS THREADS PICTURE, got " + Arrays.toString(arguments));
        }
        Points codes = read(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
        int threads = Integer.parseInt(arguments[2]);
        long start = System.nanoTime();
        Embedding embedding = TSne.embed(codes, TSneOptions.defaults().withThreads(threads), TSneRun::log);
        double seconds = (System.nanoTime() - start) / 1e9;
        write(embedding.points(), Path.of(arguments[3]));
        String trustworthiness = codes.count() > MOST_JUDGED
                ? "null"
                : String.format(
                        Locale.ROOT, "%.6f", Trustworthiness.of(codes, embedding.points(), NEIGHBOURS, threads));
        System.out.printf(
                Locale.ROOT,
                "{\"seconds\": %.2f, \"kl\": %.6f, \"trustworthiness\": %s}%n",
                seconds,
                embedding.klDivergence(),
                trustworthiness);
    }

    private static void log(TSneEvent event) {
        System.err.println(event);
    }

    private static Points read(Path file, int dimensions) throws IOException {
        FloatBuffer numbers = ByteBuffer.wrap(Files.readAllBytes(file))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        float[] values = new float[numbers.remaining()];
        numbers.get(values);
        return Points.of(values, dimensions);
    }

    private static void write(Points points, Path file) throws IOException {
        float[] values = points.toArray();
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        Files.write(file, bytes.array());
    }
}

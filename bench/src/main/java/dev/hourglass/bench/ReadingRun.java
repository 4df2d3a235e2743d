package dev.hourglass.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.images.ImageFolder;
import dev.hourglass.data.images.PictureOptions;
import dev.hourglass.data.tables.Table;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.data.tables.TableReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Reads a table or a folder of pictures whenever it is told to, for {@code bench/reading}. */
public final class ReadingRun {
    private ReadingRun() {}

    /** Arguments: {@code table FILE} or {@code pictures FOLDER}. What is said to whom is told in reading_runner.py. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 2) {
            throw new IllegalArgumentException(
                    "Expected table FILE or pictures FOLDER, got " + Arrays.toString(arguments));
        }
        ToDoubleFunction<Path> reading = arguments[0].equals("table") ? ReadingRun::table : ReadingRun::pictures;
        Path path = Path.of(arguments[1]);
        System.out.printf(
                "{\"about\": \"Hourglass, Java %s\"}%n", Runtime.version().feature());
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (input.readLine() != null) {
            long processor = system.getProcessCpuTime();
            long start = System.nanoTime();
            double check = reading.applyAsDouble(path);
            System.out.printf(
                    Locale.ROOT,
                    "{\"seconds\": %.6f, \"cpu\": %.6f, \"check\": %s}%n",
                    (System.nanoTime() - start) / 1e9,
                    (system.getProcessCpuTime() - processor) / 1e9,
                    check);
            System.gc(); // what was read is given back, which nobody waits for
        }
    }

    /** The first number of the last row. */
    private static double table(Path file) {
        Table table = TableReader.readAll(file, TableOptions.DEFAULT);
        return table.value(table.rows() - 1, 0);
    }

    /** The mean of the last picture's pixels, 0 to 255. */
    private static double pictures(Path folder) {
        Dataset data = ImageFolder.read(folder, null, PictureOptions.defaults()).data();
        float[] pixels = new float[data.sampleShape().size()];
        data.copySample(data.size() - 1, pixels, 0);
        double sum = 0;
        for (float pixel : pixels) {
            sum += pixel;
        }
        return 255 * sum / pixels.length;
    }
}

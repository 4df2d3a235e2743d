package dev.hourglass.detect.metrics;

import dev.hourglass.evaluate.GoldenNumbers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Numbers of the original scorers; {@code interop/make_anomaly_goldens.py} writes them. */
final class Golden {
    private Golden() {}

    static double[] read(String file, String name) {
        return GoldenNumbers.read("/dev/hourglass/detect/metrics/" + file + ".txt", name);
    }

    static long[] times(String file, String name) {
        return Arrays.stream(read(file, name)).mapToLong(v -> (long) v).toArray();
    }

    /** Pairs of limits, both included. */
    static List<TimeInterval> intervals(String file, String name) {
        double[] limits = read(file, name);
        List<TimeInterval> intervals = new ArrayList<>();
        for (int i = 0; i + 1 < limits.length; i += 2) {
            intervals.add(new TimeInterval((long) limits[i], (long) limits[i + 1]));
        }
        return intervals;
    }

    static List<Segment> segments(String file, String name) {
        return intervals(file, name).stream()
                .map(i -> new Segment((int) i.start(), (int) i.end()))
                .toList();
    }
}

package dev.hourglass.spark;

import java.io.Serializable;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;

/**
 * How many rows could not be read, by kind. Spark adds up while actions run and shows the sums on its pages as well; it counts rows
 * again where it computes them again, so the column of reasons is what to count by where the number has to be exact.
 */
public final class BadRowCounts implements Serializable {
    private static final long serialVersionUID = 1;

    private final Map<BadRow, LongAccumulator> counts = new EnumMap<>(BadRow.class);

    /** All 0. */
    public BadRowCounts(SparkSession spark) {
        for (BadRow kind : BadRow.values()) {
            String name = "hourglass bad rows: " + kind.name().toLowerCase(Locale.ROOT);
            counts.put(kind, spark.sparkContext().longAccumulator(name));
        }
    }

    void add(BadRow kind) {
        accumulator(kind).add(1);
    }

    /** Of one kind. */
    public long count(BadRow kind) {
        return accumulator(kind).value();
    }

    /** Of all kinds. */
    public long total() {
        return counts.values().stream().mapToLong(LongAccumulator::value).sum();
    }

    private LongAccumulator accumulator(BadRow kind) {
        LongAccumulator accumulator = counts.get(kind);
        if (accumulator == null) {
            throw new IllegalStateException("there is a count for each kind, but not for " + kind);
        }
        return accumulator;
    }
}

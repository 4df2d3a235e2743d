package dev.hourglass.spark.training;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.files.Sha256;
import dev.hourglass.model.Autoencoder;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;

/** The rows of a data frame as samples in memory, in the order of their keys. */
final class TrainingRows {
    private TrainingRows() {}

    /**
     * Brings all rows to the driver.
     *
     * @param key of each row another one; their order is the samples'
     * @return stored numbers, [rows, sample]
     * @throws IllegalArgumentException if a column is missing, a key is there twice or a row can't be read
     */
    static float[] of(Dataset<?> rows, String key, String input, int sampleSize) {
        Dataset<Row> frame = rows.toDF();
        Column numbers = existing(frame, input).cast(DataTypes.createArrayType(DataTypes.FloatType));
        Dataset<Row> sorted = frame.select(existing(frame, key).as("key"), numbers.as("numbers"))
                .cache();
        try {
            long count = sorted.count();
            if (count == 0 || count * sampleSize > Integer.MAX_VALUE - 8) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "Expected 1 to %,d rows of %,d numbers to train on, got %,d. Each worker holds them all in memory.",
                        (Integer.MAX_VALUE - 8) / sampleSize,
                        sampleSize,
                        count));
            }
            float[] all = new float[(int) (count * sampleSize)];
            read(sorted.orderBy(functions.col("key")).toLocalIterator(), all, sampleSize);
            return all;
        } finally {
            sorted.unpersist();
        }
    }

    private static void read(Iterator<Row> rows, float[] into, int sampleSize) {
        Object before = null;
        int at = 0;
        while (rows.hasNext()) {
            Row row = rows.next();
            Object key = row.get(0);
            if (key == null || key.equals(before)) {
                throw new IllegalArgumentException(
                        "Expected another key for each row, which says in what order samples are taken; got "
                                + (key == null ? "null" : "'" + key + "' twice") + ".");
            }
            List<Float> numbers = row.isNullAt(1) ? List.of() : row.getList(1);
            if (numbers.size() != sampleSize) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "Row '%s': expected %,d numbers of a sample, found %,d.",
                        key,
                        sampleSize,
                        numbers.size()));
            }
            for (Float number : numbers) {
                if (number == null || !Float.isFinite(number)) {
                    throw new IllegalArgumentException(
                            "Row '" + key + "': expected finite numbers, found " + number + ".");
                }
                into[at++] = number;
            }
            before = key;
        }
    }

    private static Column existing(Dataset<Row> frame, String name) {
        if (!List.of(frame.columns()).contains(name)) {
            throw new IllegalArgumentException("The data frame has no column '" + name + "'; it has "
                    + List.of(frame.columns()) + ". Name columns with input(...) and key(...).");
        }
        return frame.col("`" + name.replace("`", "``") + "`");
    }

    static FloatDataset dataset(String name, Autoencoder model, float[] numbers) {
        return FloatDataset.of(name, model.spec().input(), numbers).withNormalization(model.normalization());
    }

    static String sha256(float[]... parts) {
        Sha256 digest = new Sha256();
        ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
        for (float[] part : parts) {
            for (int from = 0; from < part.length; from += bytes.capacity() / Float.BYTES) {
                int count = Math.min(bytes.capacity() / Float.BYTES, part.length - from);
                bytes.asFloatBuffer().put(part, from, count);
                digest.update(bytes.array(), 0, count * Float.BYTES);
            }
        }
        return digest.toHex();
    }
}

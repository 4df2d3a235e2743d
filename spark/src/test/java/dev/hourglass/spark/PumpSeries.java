package dev.hourglass.spark;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.SourceRows;
import dev.hourglass.data.series.RowAnswers;
import dev.hourglass.detect.DetectionOptions;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Three series by time, each with a gap and a missing number, and detectors of such. */
final class PumpSeries {
    static final int CHANNELS = 3;
    static final List<String> SERIES = List.of("a", "b", "c");
    static final int ROWS = 120;
    static final long START_MILLIS = 1_700_000_000_000L;
    static final Duration MAX_GAP = Duration.ofSeconds(15);
    static final StructType SCHEMA = new StructType()
            .add("pump", DataTypes.StringType)
            .add("at", DataTypes.TimestampType)
            .add("features", DataTypes.createArrayType(DataTypes.DoubleType));
    private static final int STEPS = 4;

    private PumpSeries() {}

    /** Series by series in the order of time, a row every ten seconds. */
    static List<Row> rows() {
        List<Row> made = new ArrayList<>();
        for (int series = 0; series < SERIES.size(); series++) {
            RandomGenerator random = Fixtures.RANDOM.stream("series", series);
            for (int i = 0; i < ROWS; i++) {
                List<@Nullable Double> numbers = new ArrayList<>();
                for (int channel = 0; channel < CHANNELS; channel++) {
                    numbers.add(i == 50 && channel == 1 ? null : random.nextGaussian());
                }
                if (i < 70 || i > 73 + series) {
                    Timestamp at = new Timestamp(START_MILLIS + 10_000L * i);
                    made.add(RowFactory.create(SERIES.get(series), at, numbers));
                }
            }
        }
        return made;
    }

    /** A detector of windows of four rows. */
    static SavedModel model(RowAnswers.Overlap overlap, int stride) {
        Shape window = Shape.of(STEPS, CHANNELS);
        AutoencoderSpec spec = new AutoencoderSpec(
                "pump",
                window,
                List.of(new LayerSpec.Flatten("flat"), new LayerSpec.Dense("code", 2, Activation.TANH)),
                List.of(
                        new LayerSpec.Dense("all", STEPS * CHANNELS, Activation.LINEAR),
                        new LayerSpec.Reshape("rebuilt", window)));
        Normalization scales = new Normalization(List.of(0.5, 2.0, 1 / 3.0), List.of(0.1, 0.0, -0.3));
        RandomGenerator random = Fixtures.RANDOM.stream("normal", 0);
        float[] normal = new float[200 * CHANNELS];
        for (int i = 0; i < normal.length; i++) {
            normal[i] = (float) random.nextGaussian();
        }
        FloatDataset windows = FloatDataset.of("normal", Shape.of(CHANNELS), normal)
                .withNormalization(scales)
                .withRows(SourceRows.plain(200))
                .windows(STEPS, stride);
        return SavedModel.of(Autoencoder.initialize(spec, scales, Fixtures.RANDOM), null, Map.of())
                .calibrated(
                        windows,
                        DetectionOptions.defaults().withOverlap(overlap),
                        "test",
                        Fixtures.RANDOM,
                        1,
                        done -> {});
    }
}

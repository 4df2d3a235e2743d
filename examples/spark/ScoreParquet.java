import static org.apache.spark.sql.functions.array;

import dev.hourglass.spark.HourglassModel;
import java.time.Duration;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/** Scores the rows of series in Parquet files: ScoreParquet MODEL IN OUT. */
public final class ScoreParquet {
    private ScoreParquet() {}

    public static void main(String[] arguments) throws Exception {
        SparkSession spark = SparkSession.builder().appName("score Parquet").getOrCreate();
        HourglassModel model = HourglassModel.load(arguments[0]).input("values");
        // The columns that the model was trained on, in their order.
        Column[] channels = model.model().normalization().columns().stream()
                .map(functions::col)
                .toArray(Column[]::new);
        Dataset<Row> rows = spark.read().parquet(arguments[1]).withColumn("values", array(channels));

        model.scoreSeries(rows, "series", "time", Duration.ofMinutes(5)).write().parquet(arguments[2]);

        Dataset<Row> scored = spark.read().parquet(arguments[2]);
        System.out.println(scored.filter("anomaly").count() + " of " + scored.count() + " rows are anomalies");
        spark.stop();
    }
}

import static org.apache.spark.sql.functions.array;

import dev.hourglass.spark.HourglassModel;
import java.time.Duration;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.streaming.Trigger;

/** Scores what is new in a folder of Parquet files since it ran last: FollowStream MODEL IN OUT. */
public final class FollowStream {
    private FollowStream() {}

    public static void main(String[] arguments) throws Exception {
        SparkSession spark = SparkSession.builder().appName("follow a stream").getOrCreate();
        HourglassModel model = HourglassModel.load(arguments[0]).input("values");
        Column[] channels = model.model().normalization().columns().stream()
                .map(functions::col)
                .toArray(Column[]::new);
        Dataset<Row> rows = spark.readStream()
                .schema(spark.read().parquet(arguments[1]).schema())
                .parquet(arguments[1])
                .withColumn("values", array(channels));

        model.follow(rows, "series", "time", Duration.ofMinutes(5))
                .writeStream()
                .option("checkpointLocation", arguments[2] + "-checkpoint")
                .trigger(Trigger.AvailableNow()) // leave it out to go on for ever
                .start(arguments[2])
                .awaitTermination();

        Dataset<Row> scored = spark.read().parquet(arguments[2]);
        System.out.println(scored.filter("anomaly").count() + " of " + scored.count() + " rows are anomalies");
        spark.stop();
    }
}

import static org.apache.spark.sql.functions.input_file_name;
import static org.apache.spark.sql.functions.regexp_extract;

import org.apache.spark.sql.SparkSession;

/** Tables as Parquet, the name of each file in a column {@code series}: CsvToParquet CSV OUT. */
public final class CsvToParquet {
    private CsvToParquet() {}

    public static void main(String[] arguments) {
        SparkSession spark = SparkSession.builder().appName("CSV to Parquet").getOrCreate();
        spark.read()
                .option("header", true)
                .option("inferSchema", true)
                .csv(arguments[0])
                .withColumn("series", regexp_extract(input_file_name(), "([^/]+)\\.csv$", 1))
                .write()
                .parquet(arguments[1]);
        spark.stop();
    }
}

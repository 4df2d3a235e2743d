package dev.hourglass.spark;

import dev.hourglass.data.images.Fit;
import dev.hourglass.data.series.RowAnswers;
import dev.hourglass.detect.Detection;
import dev.hourglass.files.RegularFile;
import dev.hourglass.files.Sha256;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.UnsupportedModelException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoder;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.KeyValueGroupedDataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.streaming.GroupStateTimeout;
import org.apache.spark.sql.streaming.OutputMode;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * A saved model, to send the rows of a data frame through:
 *
 * {@snippet :
 * Dataset<Row> scored = HourglassModel.load("pump.keras").input("values").key("id").transform(rows);
 * }
 *
 * <p>Columns are added for what the model can give ({@link Output}); all others stay as they are. Immutable: each setting gives a new
 * model that shares the file. The frame may be a streaming one; a watermark is to be set after the transformation.
 *
 * <p>The model travels to executors as bytes, is checked there by its SHA-256, and is compiled once a process.
 */
public final class HourglassModel {
    private static final String MICROS = "hourglass_micros";
    private static final Pattern WITH_SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*");

    private final String name;
    private final byte[] bytes;
    private final String sha256;
    private final SavedModel model;
    private final TransformOptions options;
    private final @Nullable BadRowCounts counts;

    private HourglassModel(
            String name,
            byte[] bytes,
            String sha256,
            SavedModel model,
            TransformOptions options,
            @Nullable BadRowCounts counts) {
        this.name = name;
        this.bytes = bytes;
        this.sha256 = sha256;
        this.model = model;
        this.options = options;
        this.counts = counts;
    }

    /**
     * Reads a model on the driver, the only one who needs to see its file.
     *
     * @param path a local file, or one of any file system that Hadoop knows, such as {@code s3a://models/pump.keras}; the latter
     *     needs an active Spark session
     * @throws IOException if the file can't be read
     * @throws dev.hourglass.tensor.CorruptFileException if it is damaged, or no model file
     * @throws UnsupportedModelException if it holds what Hourglass doesn't compute
     */
    public static HourglassModel load(String path) throws IOException {
        return of(path, WITH_SCHEME.matcher(path).matches() ? hadoopBytes(path) : localBytes(Path.of(path)));
    }

    /**
     * A model in memory.
     *
     * @param name in messages; its ending helps to tell ONNX
     * @param file the bytes of a .keras, .h5 or .onnx file; copied
     */
    public static HourglassModel of(String name, byte[] file) {
        byte[] bytes = file.clone();
        SavedModel model = ShippedModel.read(name, bytes);
        return new HourglassModel(name, bytes, Sha256.of(bytes), model, TransformOptions.defaults(), null);
    }

    private static byte[] localBytes(Path file) throws IOException {
        try (InputStream in = RegularFile.open(file)) {
            return in.readAllBytes();
        }
    }

    private static byte[] hadoopBytes(String path) throws IOException {
        org.apache.hadoop.fs.Path file = new org.apache.hadoop.fs.Path(path);
        try (InputStream in = file.getFileSystem(
                        SparkSession.active().sparkContext().hadoopConfiguration())
                .open(file)) {
            return in.readAllBytes();
        }
    }

    private HourglassModel with(TransformOptions other) {
        return new HourglassModel(name, bytes, sha256, model, other, counts);
    }

    /**
     * The column of samples: arrays of numbers, flat or nested as the sample is, vectors of spark.ml, or bytes of pictures (such as
     * {@code content} of {@code binaryFile}) or of NPY arrays. {@code features} where nothing is said.
     */
    public HourglassModel input(String column) {
        return with(options.withInput(column));
    }

    /** A column that tells rows apart in messages. */
    public HourglassModel key(String column) {
        return with(options.withKey(column));
    }

    /** The columns to add; where nothing is said, all that the model can give. */
    public HourglassModel outputs(Output... wanted) {
        return with(options.withOutputs(Set.of(wanted)));
    }

    /** What stands before the names of the added columns, such as {@code pump_}. */
    public HourglassModel prefix(String text) {
        return with(options.withPrefix(text));
    }

    /** What becomes of rows that can't be read; where nothing is said, they fail the job. */
    public HourglassModel onBadRow(OnBadRow policy) {
        return with(options.withOnBadRow(policy));
    }

    /** As {@link #onBadRow(OnBadRow)}, counting what passes. */
    public HourglassModel onBadRow(OnBadRow policy, BadRowCounts into) {
        return new HourglassModel(name, bytes, sha256, model, options.withOnBadRow(policy), into);
    }

    /**
     * Whether numbers are 0 to 1 already where the model reads pixels. Where nothing is said they must be whole numbers of 0 to 255,
     * and are divided as they were in training.
     */
    public HourglassModel divided(boolean are) {
        return with(options.withDivided(are));
    }

    /** How pictures of another size are brought to the model's; where nothing is said, they are bad rows. */
    public HourglassModel fit(Fit how) {
        return with(options.withFit(how));
    }

    /** SHA-256 of the model's file, in hex. */
    public String sha256() {
        return sha256;
    }

    /** What the file holds. */
    public SavedModel model() {
        return model;
    }

    TransformOptions options() {
        return options;
    }

    /**
     * Adds the model's columns to each row; see {@link Output}, and {@code reason} where bad rows pass.
     *
     * @throws IllegalArgumentException if there is no column of samples, or one that is added is there already
     * @throws UnsupportedModelException if the model can't give what is asked for
     */
    public Dataset<Row> transform(Dataset<?> rows) {
        Dataset<Row> frame = rows.toDF();
        Set<Output> outputs = known();
        requireNewColumns(frame.columns(), outputs);
        SampleColumns columns = SampleColumns.of(frame, options.input(), model.input());
        Dataset<Row> pairs = columns.pairs();
        Encoder<Row> rowEncoder =
                Encoders.row((StructType) pairs.schema().apply(0).dataType());
        RowBatches batches = new RowBatches(
                ship(frame.sparkSession()),
                options,
                keyPlace(frame.columns()),
                outputs,
                countsOf(frame.sparkSession()));
        Dataset<Tuple2<Row, SampleOut>> done = pairs.as(Encoders.tuple(rowEncoder, Encoders.bean(SampleIn.class)))
                .mapPartitions(batches, Encoders.tuple(rowEncoder, Encoders.bean(SampleOut.class)));
        List<Column> all = new ArrayList<>(columns.back(done));
        for (Output output : outputs) {
            all.add(SampleColumns.out(done, output.column()).as(options.column(output)));
        }
        if (options.onBadRow() == OnBadRow.PASS) {
            all.add(SampleColumns.out(done, "reason").as(options.reasonColumn()));
        }
        return done.select(all.toArray(Column[]::new));
    }

    /** What {@link #transform} makes of a frame with these columns; it throws the same. */
    StructType transformed(StructType schema) {
        Set<Output> outputs = known();
        requireNewColumns(schema.fieldNames(), outputs);
        keyPlace(schema.fieldNames());
        SampleColumns.of(SparkSession.active().createDataFrame(List.<Row>of(), schema), options.input(), model.input());
        StructType all = schema;
        for (Output output : outputs) {
            all = all.add(options.column(output), output.type());
        }
        return options.onBadRow() == OnBadRow.PASS ? all.add(options.reasonColumn(), DataTypes.StringType) : all;
    }

    /**
     * Scores the rows of series in the order of time, each by the window that ends with it: to the bit what {@code hourglass score
     * --follow} gives. On a streaming frame each series' window is kept from batch to batch and in the query's checkpoint, so a query
     * that is stopped goes on as if it never was. A batch's rows of one series are in memory together. Adds {@code score} and {@code
     * anomaly}, null where there is no full window yet, and {@code reason} where bad rows pass.
     *
     * @param rows with the numbers of one row, [channels], in the column of {@link #input}; a missing one is null or NaN, and ends the
     *     piece of the series that it is in
     * @param series the column that tells series apart
     * @param time the column of timestamps, of which a series has none twice
     * @param maxGap a row that comes later than that after the one before starts a new piece; null for no bound
     * @throws IllegalArgumentException if a column is not there or of another type
     * @throws UnsupportedModelException if the model was not calibrated for streams
     */
    public Dataset<Row> follow(Dataset<?> rows, String series, String time, @Nullable Duration maxGap) {
        Dataset<Row> frame = rows.toDF();
        model.streaming(maxGap, 1).close();
        SparkSession spark = frame.sparkSession();
        return bySeries(frame, series, time)
                .flatMapGroupsWithState(
                        new FollowedSeries(
                                ship(spark), maxGap, frame.columns().length, options.onBadRow(), countsOf(spark)),
                        OutputMode.Append(),
                        Encoders.BINARY(),
                        Encoders.row(scored(frame)),
                        GroupStateTimeout.NoTimeout());
    }

    /**
     * Scores the rows of series by all windows that hold them, cut, put together and smoothed as the model was calibrated: to the bit
     * what {@code hourglass score} gives of a table. Adds {@code score} and {@code anomaly}, null where no window has a row, and {@code
     * reason} where bad rows pass. A score needs later rows, so the frame can't be a streaming one. Rows are sorted by Spark; those
     * between two gaps are in memory together.
     *
     * @param rows with the numbers of one row, [channels], in the column of {@link #input}; one with a null or NaN among them is in
     *     no window
     * @param series the column that tells series apart
     * @param time the column of timestamps, of which a series has none twice
     * @param maxGap no window holds two neighbours that are further apart than that; null for no bound
     * @throws IllegalArgumentException if a column is not there or of another type, or the frame is a streaming one
     * @throws UnsupportedModelException if the model was not calibrated by series
     */
    public Dataset<Row> scoreSeries(Dataset<?> rows, String series, String time, @Nullable Duration maxGap) {
        Dataset<Row> frame = rows.toDF();
        if (frame.isStreaming()) {
            throw new IllegalArgumentException("A row's score by all its windows needs later rows, for which a stream"
                    + " can't wait. Calibrate the model with overlap causal, and call follow.");
        }
        requireScoresSeries();
        SparkSession spark = frame.sparkSession();
        return bySeries(frame, series, time)
                .flatMapSortedGroups(
                        new Column[] {functions.col(MICROS)},
                        new WindowedSeries(
                                ship(spark), maxGap, frame.columns().length, options.onBadRow(), countsOf(spark)),
                        Encoders.row(scored(frame)));
    }

    private void requireScoresSeries() {
        model.detector(1).close();
        Detection detection = Objects.requireNonNull(model.detection());
        Detection.Windows windows = detection.windows();
        if (windows == null || model.input().rank() > 2) {
            throw new UnsupportedModelException(
                    "Model '" + name + "' scores samples " + model.input() + " and no rows of series. Call transform.");
        }
        if (detection.overlap() == RowAnswers.Overlap.CAUSAL && windows.stride() > 1) {
            throw new UnsupportedModelException("Model '" + name + "' was calibrated for windows that begin "
                    + windows.stride() + " rows apart, but causal scores need one that ends with each row. Calibrate it"
                    + " with a stride of 1.");
        }
    }

    /** The rows of each series, with their numbers and times behind their own columns as {@link SeriesRows} has them. */
    private KeyValueGroupedDataset<String, Row> bySeries(Dataset<Row> frame, String series, String time) {
        requireNewColumns(frame.columns(), EnumSet.of(Output.SCORE, Output.ANOMALY));
        Column numbers =
                SampleColumns.existing(frame, options.input(), "numbers").cast("array<double>");
        Column micros = functions.unix_micros(SampleColumns.existing(frame, time, "timestamps"));
        Column name = SampleColumns.existing(frame, series, "series").cast("string");
        int columns = frame.columns().length;
        return frame.select(
                        functions.col("*"),
                        numbers.as("hourglass_numbers"),
                        micros.as(MICROS),
                        name.as("hourglass_series"))
                .groupByKey((MapFunction<Row, String>) row -> String.valueOf(row.get(columns + 2)), Encoders.STRING());
    }

    /** A frame with scores. */
    private StructType scored(Dataset<Row> frame) {
        StructType schema = frame.schema()
                .add(options.column(Output.SCORE), DataTypes.DoubleType)
                .add(options.column(Output.ANOMALY), DataTypes.BooleanType);
        return options.onBadRow() == OnBadRow.PASS ? schema.add(options.reasonColumn(), DataTypes.StringType) : schema;
    }

    /** The model on its way to the executors of a session. */
    ShippedModel ship(SparkSession spark) {
        return new ShippedModel(
                name,
                sha256,
                JavaSparkContext.fromSparkContext(spark.sparkContext()).broadcast(bytes));
    }

    /** Those that were given, or new ones, which only Spark's pages show. */
    BadRowCounts countsOf(SparkSession spark) {
        return counts == null ? new BadRowCounts(spark) : counts;
    }

    /** @throws UnsupportedModelException if the model can't give what is asked for */
    void requirePossible() {
        known();
    }

    private int keyPlace(String[] columns) {
        String key = options.key();
        int place = RowBatches.indexOf(key, columns);
        if (key != null && place < 0) {
            throw new IllegalArgumentException("The data frame has no column '" + key + "' to name rows by; it has "
                    + Arrays.toString(columns) + ".");
        }
        return place;
    }

    private void requireNewColumns(String[] there, Set<Output> outputs) {
        List<String> added =
                new ArrayList<>(outputs.stream().map(options::column).toList());
        if (options.onBadRow() == OnBadRow.PASS) {
            added.add(options.reasonColumn());
        }
        for (String column : there) {
            if (added.stream().anyMatch(column::equalsIgnoreCase)) {
                throw new IllegalArgumentException("The data frame has a column '" + column
                        + "' already. Drop it, or have others added with prefix(\"hourglass_\").");
            }
        }
    }

    /** What is asked for, or all that the model can give. */
    private Set<Output> known() {
        Set<Output> possible = possible();
        if (options.outputs().isEmpty()) {
            return possible;
        }
        for (Output wanted : options.outputs()) {
            if (!possible.contains(wanted)) {
                throw unsupported(wanted);
            }
        }
        return options.outputs();
    }

    private Set<Output> possible() {
        Set<Output> possible = EnumSet.noneOf(Output.class);
        boolean whole = !model.isHalf() && (model.reconstruction().isPresent() || model.rebuildsEach());
        if (model.waist().isKnown() && model.waist().encoderLayers() > 0) {
            possible.add(Output.CODE);
        }
        if (whole) {
            possible.add(Output.RECONSTRUCTION);
        }
        if (whole && model.detection() != null) {
            possible.add(Output.SCORE);
            possible.add(Output.ANOMALY);
        }
        return possible;
    }

    private UnsupportedModelException unsupported(Output wanted) {
        String why = switch (wanted) {
            case CODE ->
                "it is not known where its waist is, or it is a decoder. Use the file of the whole autoencoder.";
            case RECONSTRUCTION ->
                "it is one half of an autoencoder, or it is not known which of its outputs is one. Use the"
                        + " file of the whole autoencoder.";
            case SCORE, ANOMALY ->
                "no threshold is stored with it. Calibrate it on normal data with 'hourglass score"
                        + " --calibrate NORMAL --save FILE'.";
        };
        return new UnsupportedModelException("Model '" + name + "' gives no " + wanted.column() + ": " + why);
    }
}

package dev.hourglass.spark;

import static org.apache.spark.sql.functions.array_contains;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.flatten;
import static org.apache.spark.sql.functions.forall;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.ml.functions;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.KnownNotContainsNull;
import org.apache.spark.sql.classic.ExpressionUtils;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructType;

/**
 * A data frame as pairs of a row and its sample, and back. Arrays of float and double and bytes travel as Java's arrays, and their
 * column is left out of the row meanwhile: as a part of a row, each number would become an object, twice.
 *
 * @param frame whose rows these are
 * @param input the column of samples
 * @param kind how samples travel
 * @param sample the numbers or bytes of a row
 * @param flaw the name of a {@link BadRow} that is known without looking at each number, or null
 */
record SampleColumns(Dataset<Row> frame, String input, Kind kind, Column sample, Column flaw) {
    /** The field of {@link SampleIn} and {@link SampleOut} that has the sample. */
    enum Kind {
        FLOATS("floats", "array<float>"),
        DOUBLES("doubles", "array<double>"),
        BYTES("bytes", "binary");

        private final String field;
        private final String type;

        Kind(String field, String type) {
            this.field = field;
            this.type = type;
        }
    }

    /** Of pairs; a pair's columns must have these names. */
    private static final String ROW = "_1";

    private static final String SAMPLE = "_2";
    private static final Set<String> VECTORS =
            Set.of("org.apache.spark.ml.linalg.VectorUDT", "org.apache.spark.mllib.linalg.VectorUDT");

    /** @throws IllegalArgumentException if there is no such column, or one of another type */
    static SampleColumns of(Dataset<Row> frame, String input, Shape shape) {
        StructType schema = frame.schema();
        List<String> names = Arrays.asList(schema.fieldNames());
        if (!names.contains(input)) {
            throw new IllegalArgumentException("The data frame has no column '" + input + "' of samples; it has "
                    + names + ". Name the column with input(...).");
        }
        DataType type = schema.apply(input).dataType();
        Column column = column(frame, input);
        if (type.equals(DataTypes.BinaryType)) {
            Column flaw = when(column.isNull(), BadRow.NULL.name());
            return new SampleColumns(frame, input, Kind.BYTES, column, flaw);
        }
        if (VECTORS.contains(type.getClass().getName())) {
            return numbers(
                    frame, input, Vectors.toArray(column), DataTypes.createArrayType(DataTypes.DoubleType), lit(null));
        }
        Column ragged = lit(null);
        while (type instanceof ArrayType outer && outer.elementType() instanceof ArrayType inner) {
            Column all = column;
            int last = shape.dimension(-1);
            if (!(inner.elementType() instanceof ArrayType)) {
                ragged = when(forall(all, each -> size(each).equalTo(last)).equalTo(false), BadRow.LENGTH.name());
            }
            column = flatten(all);
            type = inner;
        }
        if (type instanceof ArrayType array && array.elementType() instanceof NumericType) {
            return numbers(frame, input, column, array, ragged);
        }
        throw new IllegalArgumentException("Column '" + input + "' is of type "
                + schema.apply(input).dataType().simpleString()
                + "; expected arrays of numbers, vectors of spark.ml, or the bytes of pictures or NPY arrays. Cast it, or name"
                + " another column with input(...).");
    }

    private static SampleColumns numbers(
            Dataset<Row> frame, String input, Column column, ArrayType type, Column ragged) {
        boolean floats = type.elementType().equals(DataTypes.FloatType);
        Kind kind = floats ? Kind.FLOATS : Kind.DOUBLES;
        Column array = column.cast(kind.type);
        // True where NaN is found, else null where a null is: one pass over the numbers tells both.
        Column nan = array_contains(array, floats ? (Object) Float.NaN : (Object) Double.NaN);
        Column flaw = coalesce(
                ragged,
                when(array.isNull(), BadRow.NULL.name())
                        .when(nan.isNull(), BadRow.NULL_NUMBER.name())
                        .when(nan, BadRow.NOT_FINITE.name()));
        return new SampleColumns(frame, input, kind, array, flaw);
    }

    /** In a class of its own: who has no vectors need not have spark.ml either. */
    private static final class Vectors {
        static Column toArray(Column vectors) {
            return functions.vector_to_array(vectors, "float64");
        }
    }

    /** Whether the row does without the column, which is made again from the sample. */
    private boolean isCarried() {
        return frame.schema().apply(input).dataType().catalogString().equals(kind.type);
    }

    /** Pairs of the row and its sample, with the types of {@link SampleIn}. */
    Dataset<Row> pairs() {
        Column[] row = Arrays.stream(frame.columns())
                .map(name -> name.equals(input) && isCarried()
                        // A sample that is flawed does not travel.
                        ? when(flaw.isNotNull(), column(frame, name)).as(name)
                        : column(frame, name))
                .toArray(Column[]::new);
        Column good = kind == Kind.BYTES ? when(flaw.isNull(), sample) : withoutNulls(when(flaw.isNull(), sample));
        Stream<Column> fields = Arrays.stream(Kind.values())
                // Not cast, which would tell Spark of nulls again.
                .map(each -> (each == kind ? good : lit(null).cast(each.type)).as(each.field));
        Column travelling = struct(
                Stream.concat(fields, Stream.of(flaw.cast("string").as("flaw"))).toArray(Column[]::new));
        return frame.select(struct(row).as(ROW), travelling.as(SAMPLE));
    }

    /**
     * Tells Spark that an array has no null in it, so that it copies the numbers in one go; else it makes an object of each to look
     * at. That can only be said to Spark's planner itself.
     */
    private static Column withoutNulls(Column array) {
        return ExpressionUtils.column(new KnownNotContainsNull(ExpressionUtils.expression(array)));
    }

    /** The columns of the frame, of pairs of a row and a {@link SampleOut}. */
    List<Column> back(Dataset<?> pairs) {
        List<Column> columns = new ArrayList<>();
        for (String name : frame.columns()) {
            Column kept = pairs.col(ROW).getField(name);
            columns.add((name.equals(input) && isCarried() ? coalesce(kept, out(pairs, kind.field)) : kept).as(name));
        }
        return columns;
    }

    /** A field of {@link SampleOut}. */
    static Column out(Dataset<?> pairs, String field) {
        return pairs.col(SAMPLE).getField(field);
    }

    /**
     * A column of a frame.
     *
     * @param what it holds, for the message
     * @throws IllegalArgumentException if there is none of that name
     */
    static Column existing(Dataset<Row> frame, String name, String what) {
        List<String> names = Arrays.asList(frame.columns());
        if (!names.contains(name)) {
            throw new IllegalArgumentException(
                    "The data frame has no column '" + name + "' of " + what + "; it has " + names + ".");
        }
        return column(frame, name);
    }

    private static Column column(Dataset<Row> frame, String name) {
        return frame.col("`" + name.replace("`", "``") + "`");
    }
}

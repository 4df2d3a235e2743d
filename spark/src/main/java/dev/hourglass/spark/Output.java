package dev.hourglass.spark;

import java.util.Locale;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/** A column that a model adds to a data frame. */
public enum Output {
    /** What lies at the model's waist, an array of floats. */
    CODE,
    /** What the model rebuilds, an array of floats, normalized as the model was trained. */
    RECONSTRUCTION,
    /** The error over the threshold that is stored with the model, a double: above 1 is an anomaly. */
    SCORE,
    /** Whether the score is above 1. */
    ANOMALY;

    /** The name of the column, such as {@code code}. */
    public String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    DataType type() {
        return switch (this) {
            case CODE, RECONSTRUCTION -> DataTypes.createArrayType(DataTypes.FloatType, false);
            case SCORE -> DataTypes.DoubleType;
            case ANOMALY -> DataTypes.BooleanType;
        };
    }
}

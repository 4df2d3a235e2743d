package dev.hourglass.evaluate.errors;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** By what a reconstruction's error is measured. */
public enum ErrorMeasure {
    /** The mean of the squared differences. */
    MSE,
    /** The mean of the absolute differences. */
    MAE;

    /** As it is written: {@code mse}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** All of them, as they are written. */
    public static List<String> keys() {
        return Arrays.stream(values()).map(ErrorMeasure::key).toList();
    }

    /** @throws IllegalArgumentException if it is none of {@link #keys} */
    public static ErrorMeasure of(String key) {
        return Arrays.stream(values())
                .filter(measure -> measure.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "An error is measured by one of " + String.join(", ", keys()) + ", got '" + key + "'"));
    }
}

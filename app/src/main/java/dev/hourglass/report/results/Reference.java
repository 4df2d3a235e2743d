package dev.hourglass.report.results;

import org.jspecify.annotations.Nullable;

/**
 * What somebody else reports for the same model and data, shown beside our own results.
 *
 * @param source who reports it, such as {@code the original lab's page}
 * @param mse on the test set; null if not reported
 * @param mae on the test set; null if not reported
 * @param compression numbers in over numbers at the waist; null if not reported
 */
public record Reference(
        String source,
        @Nullable Double mse,
        @Nullable Double mae,
        @Nullable Double compression) {}

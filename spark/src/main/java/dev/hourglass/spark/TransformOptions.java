package dev.hourglass.spark;

import dev.hourglass.data.images.Fit;
import java.io.Serializable;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the rows of a data frame become samples, and what is added to them.
 *
 * @param input the column of samples: arrays of numbers, vectors of spark.ml, or the bytes of pictures and NPY arrays
 * @param key a column that tells rows apart in messages; null for none
 * @param outputs the columns to add; empty for all that the model can give
 * @param prefix before the names of the added columns
 * @param onBadRow what becomes of a row that can't be read
 * @param divided whether pixels in arrays are 0 to 1 already; else they are whole numbers of 0 to 255. Of no effect where the
 *     model's normalization is another one
 * @param fit of pictures of another size; null for none, so that such are bad rows
 */
record TransformOptions(
        String input,
        @Nullable String key,
        Set<Output> outputs,
        String prefix,
        OnBadRow onBadRow,
        boolean divided,
        @Nullable Fit fit)
        implements Serializable {
    TransformOptions {
        outputs = outputs.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(outputs));
    }

    static TransformOptions defaults() {
        return new TransformOptions("features", null, Set.of(), "", OnBadRow.FAIL, false, null);
    }

    TransformOptions withInput(String column) {
        return new TransformOptions(column, key, outputs, prefix, onBadRow, divided, fit);
    }

    TransformOptions withKey(@Nullable String column) {
        return new TransformOptions(input, column, outputs, prefix, onBadRow, divided, fit);
    }

    TransformOptions withOutputs(Set<Output> wanted) {
        return new TransformOptions(input, key, wanted, prefix, onBadRow, divided, fit);
    }

    TransformOptions withPrefix(String names) {
        return new TransformOptions(input, key, outputs, names, onBadRow, divided, fit);
    }

    TransformOptions withOnBadRow(OnBadRow policy) {
        return new TransformOptions(input, key, outputs, prefix, policy, divided, fit);
    }

    TransformOptions withDivided(boolean are) {
        return new TransformOptions(input, key, outputs, prefix, onBadRow, are, fit);
    }

    TransformOptions withFit(@Nullable Fit how) {
        return new TransformOptions(input, key, outputs, prefix, onBadRow, divided, how);
    }

    /** The name of an added column. */
    String column(Output output) {
        return prefix + output.column();
    }

    /** The name of the column of reasons. */
    String reasonColumn() {
        return prefix + "reason";
    }
}

package dev.hourglass.server.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.lab.recipe.RecipeReader;
import dev.hourglass.server.TestServer;
import dev.hourglass.server.http.ApiException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class EstimateTest {
    private static final DatasetCatalog CATALOG = DatasetCatalog.standard();
    private static final DataSizes SIZES = new DataSizes(CATALOG, (data, split) -> {
        throw new AssertionError("No data of anybody are opened");
    });
    private static final long GIGABYTE = 1L << 30;

    private static Recipe recipe(String text) {
        return new RecipeReader(CATALOG.names()).parse(text, "tiny");
    }

    /** It would take forty gigabytes to find that out by trying. */
    @Test
    @Timeout(value = 5, unit = TimeUnit.SECONDS)
    void whatDoesNotFitIsSaidWithoutTryingIt() {
        String dense = "- Dense: {name: back, units: 500}";
        String huge = TestServer.TINY.replace(
                dense, "- Dense: {units: 40000}\n      - Dense: {units: 40000}\n      " + dense);
        Estimate estimate = Estimate.of(recipe(huge), SIZES, false, 8 * GIGABYTE);
        assertThat(estimate.fits()).isFalse();
        // The weights between the two in six copies of four bytes.
        assertThat(estimate.memoryBytes()).isGreaterThan(24L * 40_000 * 40_000);
        assertThat(estimate.seconds()).isNaN();
        assertThat(estimate.models())
                .singleElement()
                .satisfies(model -> assertThat(model.secondsPerEpoch()).isNaN());
    }

    @Test
    void whatIsLargerThanAnyNumberOfBytesDoesNotFit() {
        String batch = TestServer.TINY
                .replace("batch_size: 32", "batch_size: 1000000")
                .replace("limit: 96", "limit: 2000000000");
        assertThat(Estimate.of(recipe(batch), SIZES, false, 1).fits()).isFalse();
    }

    /** Each pair of branches doubles what went in. */
    @Test
    void aModelThatDivergesAtOnceIsSaidTo() {
        StringBuilder layers = new StringBuilder("- Flatten: {name: s0}\n");
        for (int i = 0; i < 200; i++) {
            layers.append("      - ReLU: {name: l%d, inputs: [s%d]}\n".formatted(i, i))
                    .append("      - Add: {name: s%d, inputs: [s%d, l%d]}\n".formatted(i + 1, i, i));
        }
        String doubling = TestServer.TINY.replace("- Flatten\n", layers);
        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> Estimate.of(recipe(doubling), SIZES, false, 64 * GIGABYTE))
                .withMessageStartingWith(
                        "Model 'dense' diverges in its first steps, on noise between 0 and 1: the loss is ");
    }

    @Test
    void whatFitsIsMeasured() {
        Estimate estimate = Estimate.of(recipe(TestServer.TINY), SIZES, false, 64 * GIGABYTE);
        assertThat(estimate.fits()).isTrue();
        assertThat(estimate.seconds()).isPositive();
        assertThat(estimate.memoryBytes()).isBetween(150L << 20, 160L << 20);
    }
}

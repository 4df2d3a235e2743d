package dev.hourglass.detect.filters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class NoiseFilterTest {
    /** A filter's result on the input that stands before it. */
    private record Golden(String kind, double strength, Shape shape, float[] input, float[] expected) {}

    @Test
    void filtersGiveWhatThoseOfSciPyAndScikitImageGive() throws IOException {
        List<Golden> goldens = goldens();
        assertThat(goldens).hasSize(18);
        for (Golden golden : goldens) {
            // Scikit-image's exponential in non-local means is an approximation.
            double tolerance = golden.kind.equals("non_local") ? 4e-3 : 2e-6;
            float[] found = filter(golden).apply(golden.input, golden.shape, 1);
            for (int i = 0; i < found.length; i++) {
                assertThat((double) found[i])
                        .as("%s %s of %s at %d", golden.kind, golden.strength, golden.shape, i)
                        .isCloseTo(golden.expected[i], within(tolerance));
            }
        }
    }

    private static NoiseFilter filter(Golden golden) {
        return switch (golden.kind) {
            case "median" -> new NoiseFilter.Median((int) golden.strength);
            case "gaussian" -> new NoiseFilter.Gaussian(golden.strength);
            case "wavelet" -> new NoiseFilter.Wavelet(golden.strength);
            case "non_local" -> new NoiseFilter.NonLocal(golden.strength);
            default -> throw new AssertionError(golden.kind);
        };
    }

    @Test
    void everyFilterLeavesWhatIsConstantAndEveryShapeGoes() {
        for (NoiseFilter filter : NoiseFilter.all()) {
            for (Shape shape :
                    List.of(Shape.of(1, 1, 1), Shape.of(2, 3, 3), Shape.of(5, 1), Shape.of(9), Shape.of(1, 4))) {
                float[] constant = new float[shape.size()];
                Arrays.fill(constant, 0.625f);
                for (float value : filter.apply(constant, shape, 1)) {
                    assertThat(value).as("%s of %s", filter, shape).isCloseTo(0.625f, within(1e-6f));
                }
            }
        }
    }

    @Test
    void strengthsGoWithTheRangeOfTheData() {
        float[] sample = {0.1f, 0.9f, 0.2f, 0.7f, 0.3f, 0.5f, 0.4f, 0.6f, 0.2f};
        float[] large = new float[sample.length];
        for (int i = 0; i < large.length; i++) {
            large[i] = 8 * sample[i];
        }
        for (NoiseFilter filter : NoiseFilter.all()) {
            float[] small = filter.apply(sample, Shape.of(3, 3, 1), 1);
            float[] scaled = filter.apply(large, Shape.of(3, 3, 1), 8);
            for (int i = 0; i < small.length; i++) {
                assertThat(scaled[i]).as("%s", filter).isCloseTo(8 * small[i], within(1e-4f));
            }
        }
    }

    @Test
    void noFeatureOfASeriesIsMixedWithAnother() {
        float[] series = new float[40];
        for (int step = 0; step < 20; step++) {
            series[2 * step] = step % 3;
        }
        for (NoiseFilter filter : NoiseFilter.all()) {
            float[] filtered = filter.apply(series, Shape.of(20, 2), 1);
            for (int step = 0; step < 20; step++) {
                assertThat(filtered[2 * step + 1]).as("%s", filter).isZero();
            }
        }
    }

    @Test
    void impossibleStrengthsAreRefused() {
        assertThatThrownBy(() -> new NoiseFilter.Median(4)).hasMessage("side must be odd and >= 3, got 4");
        assertThatThrownBy(() -> new NoiseFilter.NonLocal(0)).hasMessage("h must be > 0, got 0.0");
    }

    private static List<Golden> goldens() throws IOException {
        List<Golden> goldens = new ArrayList<>();
        float[] input = {};
        for (String line : text().lines().skip(1).toList()) {
            String[] parts = line.split(" ", -1);
            int[] sizes = Arrays.stream(parts[2].split("x", -1))
                    .mapToInt(Integer::parseInt)
                    .toArray();
            float[] values = new float[parts.length - 3];
            for (int i = 0; i < values.length; i++) {
                values[i] = Float.parseFloat(parts[i + 3]);
            }
            if (parts[0].equals("input")) {
                input = values;
            } else {
                goldens.add(new Golden(parts[0], Double.parseDouble(parts[1]), Shape.of(sizes), input, values));
            }
        }
        return goldens;
    }

    private static String text() throws IOException {
        try (InputStream in = NoiseFilterTest.class.getResourceAsStream("/dev/hourglass/detect/filters-golden.txt")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}

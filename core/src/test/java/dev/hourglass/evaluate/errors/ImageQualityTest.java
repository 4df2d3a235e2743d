package dev.hourglass.evaluate.errors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.evaluate.GoldenNumbers;
import dev.hourglass.evaluate.InterruptedComputationException;
import dev.hourglass.evaluate.Reconstruction;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageQualityTest {
    private static final String GOLDEN = "quality-golden.txt";

    @ParameterizedTest
    @CsvSource({"grey, 13, 17, 1", "colour, 16, 12, 3", "least, 11, 11, 2"})
    void psnrAndSsimAreThoseOfScikitImage(String name, int height, int width, int channels) {
        Shape shape = Shape.of(height, width, channels);
        FloatDataset images = FloatDataset.of(name, shape, GoldenNumbers.readFloats(GOLDEN, name + "-images"));
        FloatDataset rebuilt = FloatDataset.of(name, shape, GoldenNumbers.readFloats(GOLDEN, name + "-rebuilt"));
        double[] golden = GoldenNumbers.read(GOLDEN, name + "-quality");

        ImageQuality quality = ImageQuality.of(samplesOf(rebuilt), images, 1, 2, done -> {});

        assertThat(quality.each()).hasSize(3);
        double psnr = 0;
        double ssim = 0;
        for (int i = 0; i < 3; i++) {
            ImageQuality.OfImage image = quality.each().get(i);
            assertThat(image.index()).isEqualTo(i);
            assertThat(image.psnr()).as("PSNR of %d", i).isEqualTo(golden[2 * i], within(1e-9));
            assertThat(image.ssim()).as("SSIM of %d", i).isEqualTo(golden[2 * i + 1], within(1e-9));
            psnr += golden[2 * i] / 3;
            ssim += golden[2 * i + 1] / 3;
        }
        assertThat(quality.psnr()).isEqualTo(psnr, within(1e-9));
        assertThat(quality.ssim()).isEqualTo(ssim, within(1e-9));
    }

    @Test
    void aPerfectReconstructionIsOneAndInfinite() {
        FloatDataset images = noise(Shape.of(12, 12), 2);

        ImageQuality quality = ImageQuality.of(samplesOf(images), images, 1, 1, done -> {});

        assertThat(quality.ssim()).isEqualTo(1, within(1e-15));
        assertThat(quality.psnr()).isInfinite().isPositive();
    }

    @Test
    void theRangeOfPixelsScalesOut() {
        FloatDataset images = noise(Shape.of(12, 15, 1), 1);
        FloatDataset rebuilt = noise(Shape.of(12, 15, 1), 2).limit(1);
        ImageQuality unit = ImageQuality.of(samplesOf(rebuilt), images, 1, 1, done -> {});

        // A factor of 256 is exact in every product, so nothing may change by more than rounding.
        ImageQuality bytes = ImageQuality.of(samplesOf(times(256, rebuilt)), times(256, images), 256, 1, done -> {});

        assertThat(bytes.ssim()).isEqualTo(unit.ssim(), within(1e-12));
        assertThat(bytes.psnr()).isEqualTo(unit.psnr(), within(1e-12));
    }

    @Test
    void anyNumberOfThreadsGivesTheSameBitsAndEveryBatchIsTold() {
        FloatDataset images = noise(Shape.of(11, 14, 2), 301);
        Reconstruction reconstruction = (from, count, into) -> {
            for (int i = 0; i < count * 308; i++) {
                into[i] = (from + i) % 7 / 7f;
            }
        };
        List<Integer> progress = new ArrayList<>();
        ImageQuality alone = ImageQuality.of(reconstruction, images, 1, 1, progress::add);

        assertThat(progress).containsExactly(256, 301);
        assertThat(alone.ssim()).isBetween(-0.2, 0.2);
        for (int threads = 2; threads <= 4; threads++) {
            assertThat(ImageQuality.of(reconstruction, images, 1, threads, done -> {}))
                    .as("%d threads", threads)
                    .isEqualTo(alone);
        }
    }

    @Test
    void refusesWhatIsNoImageAndStopsWhenInterrupted() {
        assertThatThrownBy(() -> ImageQuality.of(
                        samplesOf(noise(Shape.of(10, 20, 1), 1)), noise(Shape.of(10, 20, 1), 1), 1, 1, done -> {}))
                .isInstanceOf(ShapeException.class)
                .hasMessage("SSIM needs images [height, width, channels] of at least 11x11 pixels, got samples"
                        + " [10, 20, 1]");
        FloatDataset images = noise(Shape.of(12, 12), 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ImageQuality.of(samplesOf(images), images, 0, 1, done -> {}))
                .withMessage("the range of pixels must be positive, got 0.0");
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> ImageQuality.of(samplesOf(images), images, 1, 1, done -> {}))
                .isInstanceOf(InterruptedComputationException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    private static Reconstruction samplesOf(FloatDataset data) {
        return (from, count, into) -> {
            for (int i = 0; i < count; i++) {
                data.copySample(from + i, into, i * data.sampleShape().size());
            }
        };
    }

    private static FloatDataset noise(Shape shape, int count) {
        RandomGenerator random = new RandomSource(count).stream("noise", 0);
        float[] values = new float[count * shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        return FloatDataset.of("noise", shape, values);
    }

    private static FloatDataset times(float factor, FloatDataset data) {
        float[] values = new float[data.size() * data.sampleShape().size()];
        for (int i = 0; i < data.size(); i++) {
            data.copySample(i, values, i * data.sampleShape().size());
        }
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
        return FloatDataset.of(data.name(), data.sampleShape(), values);
    }
}

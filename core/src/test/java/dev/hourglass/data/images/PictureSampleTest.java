package dev.hourglass.data.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.hourglass.data.Dataset;
import dev.hourglass.tensor.Shape;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PictureSampleTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"10, 7, png, 1", "10, 7, png, 3", "16, 16, jpg, 3", "23, 9, png, 3"})
    void givesTheNumbersOfTheSamePictureInAFolder(int width, int height, String format, int channels)
            throws IOException {
        byte[] file = picture(width, height, format);
        Shape shape = Shape.of(7, 10, channels);
        PictureOptions options = PictureOptions.defaults().withFit(Fit.CROP);
        Dataset data = ImageFolder.read(folder, shape, options).data();
        float[] expected = new float[shape.size()];
        data.copySample(0, expected, 0);

        float[] found = PictureSample.read(file, shape, options);

        data.normalization().apply(found, 0, found.length);
        assertThat(found).isEqualTo(expected);
    }

    @Test
    void refusesAnotherSizeWithoutAFitAndWhatIsNoPicture() throws IOException {
        byte[] file = picture(10, 7, "png");

        assertThatIOException()
                .isThrownBy(() -> PictureSample.read(file, Shape.of(7, 11, 3), PictureOptions.defaults()))
                .withMessageContaining("expected 11 x 7 pixels, found 10 x 7");
        assertThatIOException()
                .isThrownBy(() -> PictureSample.read(new byte[9], Shape.of(7, 10, 3), PictureOptions.defaults()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PictureSample.read(file, Shape.of(210), PictureOptions.defaults()))
                .withMessageContaining("can't become [210]");
    }

    private byte[] picture(int width, int height, String format) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        SplittableRandom random = new SplittableRandom(width);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, random.nextInt(1 << 24));
        }
        Path file = folder.resolve("one." + format);
        ImageIO.write(image, format, file.toFile());
        return Files.readAllBytes(file);
    }
}

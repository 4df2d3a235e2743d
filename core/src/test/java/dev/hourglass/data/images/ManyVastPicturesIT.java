package dev.hourglass.data.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pictures of which memory holds each by itself, and not as many as there are processors. */
class ManyVastPicturesIT {
    private static final int PICTURES = 8;
    private static final int SIDE = 2_500;

    @TempDir
    private Path folder;

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void memoryForOnePictureIsMemoryForAll() throws IOException, InterruptedException {
        Path first = folder.resolve("0.png");
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, 0xffffff);
        assertThat(ImageIO.write(image, "png", first.toFile())).isTrue();
        for (int i = 1; i < PICTURES; i++) {
            Files.copy(first, folder.resolve(i + ".png"));
        }
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx200m",
                        "-XX:ActiveProcessorCount=8",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Reading.class.getName(),
                        folder.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("read 8, skipped 0");
    }

    /** What runs in the small machine. */
    static final class Reading {
        private Reading() {}

        public static void main(String... arguments) {
            PictureOptions options =
                    PictureOptions.defaults().withSize(new Picture.Size(8, 8)).withFit(Fit.STRETCH);
            ImageFolder images = ImageFolder.read(Path.of(arguments[0]), null, options);
            System.out.println("read " + images.data().size() + ", skipped "
                    + images.skipped().size());
        }
    }
}

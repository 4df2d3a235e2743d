package dev.hourglass.report.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.hourglass.evaluate.Points;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class ScatterFigureTest {
    private static final ScatterFigure SCATTER = new ScatterFigure("PCA", List.of("mnist:test"), "first", "second");
    private static final Points CORNERS = Points.of(new float[] {0, 0, 10, 10}, 2);

    @Test
    void saysWhatItShows() {
        Figure figure = SCATTER.draw(CORNERS, new int[] {0, 3}, List.of());

        assertThat(figure.description()).isEqualTo("PCA: mnist:test; 2 points of 2 classes.");
        assertThat(figure.name()).isEqualTo("latent-space");
    }

    @Test
    void upIsUpAndEachClassHasItsColour() throws IOException {
        Figure figure = SCATTER.draw(CORNERS, new int[] {0, 1}, List.of("cat", "dog"));
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(figure.toPngBytes()));

        // Three quarters of the colour on white: blue below and left, orange above and right.
        assertThat(rows(image, new Color(0x4E79A7))).isGreaterThan(rows(image, new Color(0xF28E2B)));
    }

    @Test
    void refusesLabelsThatAreNotOneAPoint() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SCATTER.draw(CORNERS, new int[] {0}, List.of()))
                .withMessage(
                        "A scatter needs points of 2 dimensions and a label for each, got 2 points of 2 and 1 labels");
    }

    /** The mean row of the pixels of a colour at three quarters on white; the legend has it in full. */
    private static double rows(BufferedImage image, Color color) {
        long sum = 0;
        int count = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                Color pixel = new Color(image.getRGB(x, y));
                if (near(pixel.getRed(), color.getRed())
                        && near(pixel.getGreen(), color.getGreen())
                        && near(pixel.getBlue(), color.getBlue())) {
                    sum += y;
                    count++;
                }
            }
        }
        assertThat(count).isPositive();
        return (double) sum / count;
    }

    private static boolean near(int shown, int full) {
        return Math.abs(shown - (0.75 * full + 0.25 * 255)) <= 2;
    }
}

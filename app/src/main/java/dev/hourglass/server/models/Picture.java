package dev.hourglass.server.models;

import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/** Samples as small pictures: images pixel by pixel, series as lines. */
public final class Picture {
    private static final int SERIES_WIDTH = 48;
    private static final int SERIES_HEIGHT = 32;
    private static final int WHITE = 255;
    /** Told apart by colour-blind people too (Okabe and Ito 2008), and on light and dark. */
    private static final Color[] LINES = {
        new Color(0x0072B2), new Color(0xE69F00), new Color(0x009E73), new Color(0xCC79A7), new Color(0x56B4E9)
    };

    private Picture() {}

    /** How large a sample's picture is, in pixels. */
    public record Size(int width, int height) {
        public static Size of(@org.jspecify.annotations.Nullable Shape image) {
            return image == null
                    ? new Size(SERIES_WIDTH, SERIES_HEIGHT)
                    : new Size(image.dimension(1), image.dimension(0));
        }
    }

    public static byte[] png(BufferedImage picture) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(picture, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("A PNG could not be written to memory", e);
        }
        return bytes.toByteArray();
    }

    /** An empty picture for samples of this kind. */
    public static BufferedImage blank(EvaluationTarget target, int width, int height) {
        Shape image = target.imageShape();
        int type = image == null
                ? BufferedImage.TYPE_INT_ARGB
                : image.dimension(2) == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB;
        return new BufferedImage(width, height, type);
    }

    /** Draws a sample with its upper left corner at {@code x}, {@code y}. */
    public static void draw(EvaluationTarget target, float[] sample, BufferedImage into, int x, int y) {
        Shape image = target.imageShape();
        if (image != null) {
            drawImage(image, target.model().autoencoder().normalization(), sample, into, x, y);
        } else {
            drawSeries(target.data().sampleShape(), sample, into, x, y);
        }
    }

    private static void drawImage(
            Shape shape, Normalization normalization, float[] sample, BufferedImage into, int x, int y) {
        float[] pixels = sample.clone();
        boolean fractions = normalization.isNone();
        normalization.restore(pixels, 0, pixels.length);
        int channels = shape.dimension(2);
        for (int row = 0; row < shape.dimension(0); row++) {
            for (int column = 0; column < shape.dimension(1); column++) {
                int at = (row * shape.dimension(1) + column) * channels;
                for (int band = 0; band < into.getRaster().getNumBands(); band++) {
                    float value = pixels[at + Math.min(band, channels - 1)] * (fractions ? WHITE : 1);
                    into.getRaster().setSample(x + column, y + row, band, Math.clamp(Math.round(value), 0, WHITE));
                }
            }
        }
    }

    /** A line a feature over the steps, between the smallest and the largest number of the sample. */
    private static void drawSeries(Shape shape, float[] sample, BufferedImage into, int x, int y) {
        int features = shape.rank() < 2 ? 1 : shape.dimension(-1);
        int steps = shape.size() / features;
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        for (float value : sample) {
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        double scale = most > least ? (SERIES_HEIGHT - 3) / (double) (most - least) : 0;
        Graphics2D graphics = into.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setStroke(new BasicStroke(1));
        for (int feature = 0; feature < features; feature++) {
            Path2D line = new Path2D.Double();
            for (int step = 0; step < steps; step++) {
                double left = x + 0.5 + step * (SERIES_WIDTH - 1.0) / Math.max(1, steps - 1);
                double top = y + SERIES_HEIGHT - 1.5 - (sample[step * features + feature] - least) * scale;
                if (step == 0) {
                    line.moveTo(left, top);
                } else {
                    line.lineTo(left, top);
                }
            }
            graphics.setColor(LINES[feature % LINES.length]);
            graphics.draw(line);
        }
        graphics.dispose();
    }
}

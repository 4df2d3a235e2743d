package dev.hourglass.report.figures;

import dev.hourglass.tensor.Shape;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.List;

/**
 * Draws samples as images: {@code [height, width, 3]} in colour, every other shape in shades of grey, a sequence
 * {@code [steps, features]} with one row per step.
 *
 * @param low the value drawn black
 * @param high the value drawn white
 */
record SampleImages(float low, float high) {
    /** 0 to 1 for samples within it (pixels); otherwise from the samples' smallest to their largest number. */
    static SampleImages rangeOf(List<float[]> samples) {
        float low = Float.POSITIVE_INFINITY;
        float high = Float.NEGATIVE_INFINITY;
        for (float[] sample : samples) {
            for (float value : sample) {
                low = Math.min(low, value);
                high = Math.max(high, value);
            }
        }
        boolean pixels = low >= 0 && high <= 1;
        return pixels || !(low < high) ? new SampleImages(0, 1) : new SampleImages(low, high);
    }

    /** Draws one sample as large as it fits in a square cell, in whole pixels where these are large enough, framed. */
    void draw(Graphics2D graphics, Shape shape, float[] sample, double left, double top, int cell) {
        int rows = shape.rank() == 1 ? 1 : shape.dimension(0);
        int columns = shape.rank() == 1 ? shape.dimension(0) : shape.dimension(1);
        int longest = Math.max(rows, columns);
        int times = cell / longest;
        double scale = times >= 1 ? times : (double) cell / longest;
        int width = (int) Math.max(1, Math.round(columns * scale));
        int height = (int) Math.max(1, Math.round(rows * scale));
        int x = (int) Math.round(left + (cell - width) / 2.0);
        int y = (int) Math.round(top + (cell - height) / 2.0);
        BufferedImage image = enlarge(image(rows, columns, sample), times * Figure.PNG_SCALE);
        graphics.setRenderingHint(
                RenderingHints.KEY_INTERPOLATION,
                times >= 1
                        ? RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR
                        : RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        graphics.drawImage(image, x, y, width, height, null);
        // Two pixels of the PNG wide and wholly outside, so that it covers nothing of the sample.
        float frame = 2f / Figure.PNG_SCALE;
        graphics.setStroke(new BasicStroke(frame));
        graphics.setColor(Palette.FRAME);
        graphics.draw(new Rectangle2D.Double(x - frame / 2, y - frame / 2, width + frame, height + frame));
    }

    private BufferedImage image(int rows, int columns, float[] sample) {
        int channels = sample.length / (rows * columns);
        BufferedImage image = new BufferedImage(columns, rows, BufferedImage.TYPE_INT_RGB);
        for (int pixel = 0; pixel < rows * columns; pixel++) {
            int first = pixel * channels;
            Color color;
            if (channels == 3) {
                color = new Color(level(sample[first]), level(sample[first + 1]), level(sample[first + 2]));
            } else {
                float sum = 0;
                for (int channel = 0; channel < channels; channel++) {
                    sum += sample[first + channel];
                }
                int grey = level(sum / channels);
                color = new Color(grey, grey, grey);
            }
            image.setRGB(pixel % columns, pixel / columns, color.getRGB());
        }
        return image;
    }

    private int level(float value) {
        return Math.clamp(Math.round(255 * (value - low) / (high - low)), 0, 255);
    }

    /** Repeats pixels, so that whoever shows the image has nothing left to smooth. */
    private static BufferedImage enlarge(BufferedImage image, int times) {
        if (times <= 1) {
            return image;
        }
        BufferedImage large =
                new BufferedImage(image.getWidth() * times, image.getHeight() * times, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < large.getHeight(); y++) {
            for (int x = 0; x < large.getWidth(); x++) {
                large.setRGB(x, y, image.getRGB(x / times, y / times));
            }
        }
        return large;
    }
}

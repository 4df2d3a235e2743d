package dev.hourglass.report.figures;

import dev.hourglass.tensor.Shape;
import java.awt.BasicStroke;
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
        int[] pixels = new int[rows * columns];
        for (int pixel = 0; pixel < pixels.length; pixel++) {
            int first = pixel * channels;
            if (channels == 3) {
                pixels[pixel] = level(sample[first]) << 16 | level(sample[first + 1]) << 8 | level(sample[first + 2]);
            } else {
                float sum = 0;
                for (int channel = 0; channel < channels; channel++) {
                    sum += sample[first + channel];
                }
                pixels[pixel] = 0x010101 * level(sum / channels);
            }
        }
        BufferedImage image = new BufferedImage(columns, rows, BufferedImage.TYPE_INT_RGB);
        image.getRaster().setDataElements(0, 0, columns, rows, pixels);
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
        int[] row = new int[image.getWidth()];
        int[] wide = new int[large.getWidth()];
        for (int y = 0; y < image.getHeight(); y++) {
            image.getRaster().getDataElements(0, y, row.length, 1, row);
            for (int x = 0; x < wide.length; x++) {
                wide[x] = row[x / times];
            }
            for (int copy = 0; copy < times; copy++) {
                large.getRaster().setDataElements(0, y * times + copy, wide.length, 1, wide);
            }
        }
        return large;
    }
}

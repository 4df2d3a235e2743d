package dev.hourglass.lab.detection;

import java.awt.image.BufferedImage;
import java.util.Arrays;

/**
 * A picture with what each pixel adds to its score, drawn over it: by pixel, or by region.
 *
 * @param height in pixels
 * @param width in pixels
 * @param pixels [height, width, 3], 0 to 1
 * @param parts [height, width], &gt;= 0
 */
record HeatMap(int height, int width, float[] pixels, float[] parts) {
    private static final float[] HOT = {1f, 96 / 255f, 0f};
    /** How many regions the longer side is cut into, about. */
    private static final int REGIONS = 8;
    /** Small pictures are enlarged by whole pixels to at least this. */
    private static final int LEAST_SIDE = 256;

    private static final float MOST_HEAT = 0.85f;

    /** Rows and columns from the first to before the last, and the share of the whole score that lies there. */
    record Region(int top, int left, int bottom, int right, double share) {}

    /** Pixels along each side of a region; those at the right and lower edge may be smaller. */
    int side() {
        return Math.max(1, Math.round(Math.max(height, width) / (float) REGIONS));
    }

    /** Each pixel as hot as its part, the hottest of all as hot as can be. */
    BufferedImage byPixel() {
        return drawn(parts);
    }

    /** Each region as hot as the mean of its parts. */
    BufferedImage byRegion() {
        float[] means = new float[parts.length];
        int side = side();
        for (int top = 0; top < height; top += side) {
            for (int left = 0; left < width; left += side) {
                fill(means, top, left, mean(top, left));
            }
        }
        return drawn(means);
    }

    /** The region whose mean is the highest; of equal ones the first. */
    Region hottest() {
        int side = side();
        double most = -1;
        int[] at = {0, 0};
        for (int top = 0; top < height; top += side) {
            for (int left = 0; left < width; left += side) {
                if (mean(top, left) > most) {
                    most = mean(top, left);
                    at = new int[] {top, left};
                }
            }
        }
        int bottom = Math.min(height, at[0] + side);
        int right = Math.min(width, at[1] + side);
        double all = 0;
        for (float part : parts) {
            all += part;
        }
        double here = most * (bottom - at[0]) * (right - at[1]);
        return new Region(at[0], at[1], bottom, right, all > 0 ? here / all : 0);
    }

    private float mean(int top, int left) {
        int bottom = Math.min(height, top + side());
        int right = Math.min(width, left + side());
        double sum = 0;
        for (int row = top; row < bottom; row++) {
            for (int column = left; column < right; column++) {
                sum += parts[row * width + column];
            }
        }
        return (float) (sum / ((bottom - top) * (right - left)));
    }

    private void fill(float[] map, int top, int left, float value) {
        for (int row = top; row < Math.min(height, top + side()); row++) {
            Arrays.fill(map, row * width + left, row * width + Math.min(width, left + side()), value);
        }
    }

    private BufferedImage drawn(float[] heat) {
        float most = 0;
        for (float each : heat) {
            most = Math.max(most, each);
        }
        int times = Math.max(1, Math.ceilDiv(LEAST_SIDE, Math.max(height, width)));
        BufferedImage image = new BufferedImage(width * times, height * times, BufferedImage.TYPE_INT_RGB);
        for (int row = 0; row < image.getHeight(); row++) {
            for (int column = 0; column < image.getWidth(); column++) {
                int pixel = row / times * width + column / times;
                image.setRGB(column, row, colour(pixel, most > 0 ? MOST_HEAT * heat[pixel] / most : 0));
            }
        }
        return image;
    }

    private int colour(int pixel, float heat) {
        int colour = 0;
        for (int band = 0; band < 3; band++) {
            float value = pixels[3 * pixel + band];
            colour = colour << 8 | Math.clamp(Math.round(255 * (value + heat * (HOT[band] - value))), 0, 255);
        }
        return colour;
    }
}

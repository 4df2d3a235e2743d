package dev.hourglass.detect.filters;

import dev.hourglass.tensor.GaussianSmoothing;
import java.util.Arrays;

/** The median of the places around each one. */
final class MedianWindow {
    private MedianWindow() {}

    static float[] filter(float[] pixels, int height, int width, int side) {
        int down = height == 1 ? 0 : side / 2;
        int across = width == 1 ? 0 : side / 2;
        float[] window = new float[(2 * down + 1) * (2 * across + 1)];
        float[] filtered = new float[pixels.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int count = 0;
                for (int dy = -down; dy <= down; dy++) {
                    int row = GaussianSmoothing.mirrored(y + dy, height) * width;
                    for (int dx = -across; dx <= across; dx++) {
                        window[count++] = pixels[row + GaussianSmoothing.mirrored(x + dx, width)];
                    }
                }
                Arrays.sort(window);
                filtered[y * width + x] = window[window.length / 2];
            }
        }
        return filtered;
    }
}

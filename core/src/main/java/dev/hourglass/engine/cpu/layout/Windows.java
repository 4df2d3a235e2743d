package dev.hourglass.engine.cpu.layout;

import dev.hourglass.model.Size2;

/** The arithmetic of windows that slide along an axis and may reach over its ends. */
public final class Windows {
    private Windows() {}

    /** The first window position whose pixel {@code position * stride + offset} is not before the image. */
    public static int firstInside(int offset, int stride) {
        return offset >= 0 ? 0 : Math.ceilDiv(-offset, stride);
    }

    /** One past the last window position whose pixel {@code position * stride + offset} lies below {@code size}. */
    public static int endInside(int offset, int stride, int size, int positions) {
        return Math.clamp(Math.ceilDiv(size - offset, stride), 0, positions);
    }

    /** How many taps a kernel has. */
    public static int area(Size2 kernel) {
        return kernel.height() * kernel.width();
    }
}

package dev.hourglass.tensor;

/** One number after the other; the plain twin of {@link VectorPixelKernels}. */
final class PlainPixelKernels implements PixelKernels {
    @Override
    public void transform(int[] numbers, int from, int step, int blocks, int added, int shift, int least, int most) {
        for (int i = from; i < from + blocks; i++) {
            int z2 = numbers[i + 2 * step];
            int z3 = numbers[i + 6 * step];
            int z1 = (z2 + z3) * 4_433;
            int t2 = z1 - z3 * 15_137;
            int t3 = z1 + z2 * 6_270;
            int first = numbers[i];
            int fourth = numbers[i + 4 * step];
            int t0 = ((first + fourth) << CONSTANT_BITS) + added;
            int t1 = ((first - fourth) << CONSTANT_BITS) + added;
            int o0 = numbers[i + 7 * step];
            int o1 = numbers[i + 5 * step];
            int o2 = numbers[i + 3 * step];
            int o3 = numbers[i + step];
            int y1 = (o0 + o3) * -7_373;
            int y2 = (o1 + o2) * -20_995;
            int y3 = o0 + o2;
            int y4 = o1 + o3;
            int y5 = (y3 + y4) * 9_633;
            y3 = y3 * -16_069 + y5;
            y4 = y4 * -3_196 + y5;
            o0 = o0 * 2_446 + y1 + y3;
            o1 = o1 * 16_819 + y2 + y4;
            o2 = o2 * 25_172 + y2 + y3;
            o3 = o3 * 12_299 + y1 + y4;
            numbers[i] = Math.clamp((t0 + t3 + o3) >> shift, least, most);
            numbers[i + step] = Math.clamp((t1 + t2 + o2) >> shift, least, most);
            numbers[i + 2 * step] = Math.clamp((t1 - t2 + o1) >> shift, least, most);
            numbers[i + 3 * step] = Math.clamp((t0 - t3 + o0) >> shift, least, most);
            numbers[i + 4 * step] = Math.clamp((t0 - t3 - o0) >> shift, least, most);
            numbers[i + 5 * step] = Math.clamp((t1 - t2 - o1) >> shift, least, most);
            numbers[i + 6 * step] = Math.clamp((t1 + t2 - o2) >> shift, least, most);
            numbers[i + 7 * step] = Math.clamp((t0 + t3 - o3) >> shift, least, most);
        }
    }

    @Override
    public void blend(int[] in, int far, int[] out, int from, int to) {
        for (int i = from; i < to; i++) {
            out[i] = 3 * in[i] + in[i + far];
        }
    }

    @Override
    public void smooth(int[] in, int far, int added, int shift, int[] out, int from, int to) {
        for (int i = from; i < to; i++) {
            out[i] = (3 * in[i] + in[i + far] + added) >> shift;
        }
    }

    @Override
    public void colours(int[] luma, int[] blue, int[] red, int[] out, int from, int to) {
        for (int i = from; i < to; i++) {
            int y = luma[i];
            int b = blue[i] - 128;
            int r = red[i] - 128;
            out[i] = shown(y + ((91_881 * r + HALF) >> FRACTION_BITS))
                    | shown(y + ((-22_554 * b - 46_802 * r + HALF) >> FRACTION_BITS)) << 8
                    | shown(y + ((116_130 * b + HALF) >> FRACTION_BITS)) << 16;
        }
    }

    private static int shown(int value) {
        return Math.clamp(value, 0, MOST_BYTE);
    }
}

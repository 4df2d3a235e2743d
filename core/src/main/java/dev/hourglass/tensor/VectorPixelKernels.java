package dev.hourglass.tensor;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** As many numbers at once as a vector has; {@link PlainPixelKernels} says the same plainly. */
final class VectorPixelKernels implements PixelKernels {
    private static final VectorSpecies<Integer> S = IntVector.SPECIES_PREFERRED;
    private static final int LANES = S.length();

    @Override
    public void transform(int[] numbers, int from, int step, int blocks, int added, int shift, int least, int most) {
        for (int i = from; i < from + blocks; i += LANES) {
            IntVector z2 = IntVector.fromArray(S, numbers, i + 2 * step);
            IntVector z3 = IntVector.fromArray(S, numbers, i + 6 * step);
            IntVector z1 = z2.add(z3).mul(4_433);
            IntVector t2 = z1.sub(z3.mul(15_137));
            IntVector t3 = z1.add(z2.mul(6_270));
            IntVector first = IntVector.fromArray(S, numbers, i);
            IntVector fourth = IntVector.fromArray(S, numbers, i + 4 * step);
            IntVector t0 = first.add(fourth).lanewise(LSHL, CONSTANT_BITS).add(added);
            IntVector t1 = first.sub(fourth).lanewise(LSHL, CONSTANT_BITS).add(added);
            IntVector e0 = t0.add(t3);
            IntVector e1 = t1.add(t2);
            IntVector e2 = t1.sub(t2);
            IntVector e3 = t0.sub(t3);
            IntVector o0 = IntVector.fromArray(S, numbers, i + 7 * step);
            IntVector o1 = IntVector.fromArray(S, numbers, i + 5 * step);
            IntVector o2 = IntVector.fromArray(S, numbers, i + 3 * step);
            IntVector o3 = IntVector.fromArray(S, numbers, i + step);
            IntVector y1 = o0.add(o3).mul(-7_373);
            IntVector y2 = o1.add(o2).mul(-20_995);
            IntVector y3 = o0.add(o2);
            IntVector y4 = o1.add(o3);
            IntVector y5 = y3.add(y4).mul(9_633);
            y3 = y3.mul(-16_069).add(y5);
            y4 = y4.mul(-3_196).add(y5);
            o0 = o0.mul(2_446).add(y1).add(y3);
            o1 = o1.mul(16_819).add(y2).add(y4);
            o2 = o2.mul(25_172).add(y2).add(y3);
            o3 = o3.mul(12_299).add(y1).add(y4);
            e0.add(o3).lanewise(ASHR, shift).max(least).min(most).intoArray(numbers, i);
            e1.add(o2).lanewise(ASHR, shift).max(least).min(most).intoArray(numbers, i + step);
            e2.add(o1).lanewise(ASHR, shift).max(least).min(most).intoArray(numbers, i + 2 * step);
            e3.add(o0).lanewise(ASHR, shift).max(least).min(most).intoArray(numbers, i + 3 * step);
            e3.sub(o0).lanewise(ASHR, shift).max(least).min(most).intoArray(numbers, i + 4 * step);
            e2.sub(o1).lanewise(ASHR, shift).max(least).min(most).intoArray(numbers, i + 5 * step);
            e1.sub(o2).lanewise(ASHR, shift).max(least).min(most).intoArray(numbers, i + 6 * step);
            e0.sub(o3).lanewise(ASHR, shift).max(least).min(most).intoArray(numbers, i + 7 * step);
        }
    }

    @Override
    public void blend(int[] in, int far, int[] out, int from, int to) {
        for (int i = from; i < to; i += LANES) {
            IntVector.fromArray(S, in, i)
                    .mul(3)
                    .add(IntVector.fromArray(S, in, i + far))
                    .intoArray(out, i);
        }
    }

    @Override
    public void smooth(int[] in, int far, int added, int shift, int[] out, int from, int to) {
        for (int i = from; i < to; i += LANES) {
            IntVector sum = IntVector.fromArray(S, in, i).mul(3).add(IntVector.fromArray(S, in, i + far));
            sum.add(added).lanewise(ASHR, shift).intoArray(out, i);
        }
    }

    @Override
    public void colours(int[] luma, int[] blue, int[] red, int[] out, int from, int to) {
        for (int i = from; i < to; i += LANES) {
            IntVector y = IntVector.fromArray(S, luma, i);
            IntVector b = IntVector.fromArray(S, blue, i).sub(128);
            IntVector r = IntVector.fromArray(S, red, i).sub(128);
            IntVector forRed = r.mul(91_881).add(HALF).lanewise(ASHR, FRACTION_BITS);
            IntVector forGreen = b.mul(-22_554).sub(r.mul(46_802)).add(HALF).lanewise(ASHR, FRACTION_BITS);
            IntVector forBlue = b.mul(116_130).add(HALF).lanewise(ASHR, FRACTION_BITS);
            y.add(forRed)
                    .max(0)
                    .min(MOST_BYTE)
                    .or(y.add(forGreen).max(0).min(MOST_BYTE).lanewise(LSHL, 8))
                    .or(y.add(forBlue).max(0).min(MOST_BYTE).lanewise(LSHL, 16))
                    .intoArray(out, i);
        }
    }
}

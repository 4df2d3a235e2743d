package dev.hourglass.evaluate.latent;

import dev.hourglass.model.VectorCodes;

/**
 * How a codebook is used by the codes of some samples.
 *
 * @param vectors in the codebook
 * @param used how many of them stand in a code at least once
 * @param perplexity {@code exp(-sum p log p)} over the shares p of the vectors: as many vectors, used alike, would be as hard to
 *     guess; from 1 to {@code used}
 * @param places of a code
 * @param bits of a code, {@code places * log2(vectors)}
 */
public record CodebookUse(int vectors, int used, double perplexity, int places, double bits) {
    static CodebookUse of(long[] uses, int places, double bits) {
        long all = 0;
        int used = 0;
        for (long count : uses) {
            all += count;
            used += count > 0 ? 1 : 0;
        }
        double entropy = 0;
        for (long count : uses) {
            if (count > 0) {
                double share = (double) count / all;
                entropy -= share * Math.log(share);
            }
        }
        return new CodebookUse(uses.length, used, all == 0 ? Double.NaN : Math.exp(entropy), places, bits);
    }

    /** Counts how often codes use each vector; for one thread. */
    public static final class Counter {
        private final VectorCodes codes;
        private final long[] uses;

        public Counter(VectorCodes codes) {
            this.codes = codes;
            uses = new long[codes.codebook().count()];
        }

        /** @param numbers as {@link VectorCodes#number} gives them, the first {@code count} of which are added */
        public void add(float[] numbers, int count) {
            for (int i = 0; i < count; i++) {
                uses[(int) numbers[i]]++;
            }
        }

        public CodebookUse use() {
            return of(uses, codes.places().size(), codes.bits());
        }
    }
}

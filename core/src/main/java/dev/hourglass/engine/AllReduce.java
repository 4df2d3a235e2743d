package dev.hourglass.engine;

/**
 * What joins several {@linkplain TrainingSession#joined sessions} that train one model together: each computes some chunks of
 * every batch, and the sums over all of them are added up here. Ranks take the chunks in order, and a sum goes from rank to rank:
 * each adds its own chunks, one after the other, to what those before it have added up. So numbers are added in the order of one
 * session that computes all chunks, and the bits are those that it gives.
 *
 * <p>All sessions call the same methods with as many numbers, in the same order; a call returns when its sums are complete. What an
 * implementation throws ends the step, and with it the session.
 */
public interface AllReduce {
    /** A session that trains by itself. */
    AllReduce NONE = new AllReduce() {
        @Override
        public int rank() {
            return 0;
        }

        @Override
        public int sessions() {
            return 1;
        }

        @Override
        public void sum(double[] sums, OwnShare own) {
            own.add(0);
        }

        @Override
        public void sum(float[] sums, int[] ends, OwnShare own) {
            for (int segment = 0; segment < ends.length; segment++) {
                own.add(segment);
            }
        }
    };

    /** What a session adds to the sums of those before it. */
    @FunctionalInterface
    interface OwnShare {
        /** @param segment which of the sums, 0 where there are no segments */
        void add(int segment);
    }

    /** This session's place among them, from 0. */
    int rank();

    /** How many train together, >= 1. */
    int sessions();

    /**
     * Completes sums.
     *
     * @param sums of rank 0 what they begin with, of others of no meaning; in the end the same for all
     * @param own called once, when {@code sums} are those of the ranks before
     */
    void sum(double[] sums, OwnShare own);

    /**
     * Completes sums segment by segment, so that ranks work at the same time: one adds to a segment while the next has the one
     * before.
     *
     * @param sums of rank 0 what they begin with, of others of no meaning; in the end the same for all
     * @param ends by segment: where it ends in {@code sums} and the next begins; the first begins at 0
     * @param own called for each segment in order, when its sums are those of the ranks before; changes no other segment
     */
    void sum(float[] sums, int[] ends, OwnShare own);
}

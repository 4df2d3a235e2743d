package dev.hourglass.hdf5;

import java.util.ArrayList;
import java.util.List;

/**
 * The dimensions of a data set or an attribute.
 *
 * @param dimensions outermost first; none for a scalar; a single 0 where there is no value at all
 * @param count their product
 */
record Dataspace(List<Integer> dimensions, int count) {
    private static final int MAX_RANK = 32;
    private static final int MAX_COUNT = Integer.MAX_VALUE - 8;
    private static final int NO_VALUE = 2;

    boolean scalar() {
        return dimensions.isEmpty();
    }

    /**
     * Reads a dataspace message: version, rank, flags, then in version 1 five zeros and in version 2 the type (scalar,
     * simple, none), then the dimensions and, if flagged, their largest values.
     */
    static Dataspace read(BoundedInput input, Cursor in) {
        long at = in.address();
        int version = in.unsignedByte();
        int rank = in.unsignedByte();
        in.skip(1);
        if (version != 1 && version != 2) {
            throw input.refuse(at, "a dataspace of version 1 or 2", String.valueOf(version));
        }
        if (rank > MAX_RANK) {
            throw input.refuse(at, "at most " + MAX_RANK + " dimensions", String.valueOf(rank));
        }
        int type = in.unsignedByte();
        if (version == 1) {
            in.skip(4);
        } else if (type == NO_VALUE) {
            return new Dataspace(List.of(0), 0);
        }
        List<Integer> dimensions = new ArrayList<>();
        long count = 1;
        boolean empty = false;
        for (int i = 0; i < rank; i++) {
            long dimension = in.length();
            if (dimension > MAX_COUNT || (!empty && dimension > 0 && count > MAX_COUNT / dimension)) {
                String found = dimensions.isEmpty() ? "" : dimensions + " x ";
                throw input.refuse(
                        at,
                        "at most " + BoundedInput.count(MAX_COUNT) + " values",
                        found + BoundedInput.count(dimension));
            }
            empty |= dimension == 0;
            count *= dimension;
            dimensions.add((int) dimension);
        }
        return new Dataspace(List.copyOf(dimensions), (int) count);
    }
}

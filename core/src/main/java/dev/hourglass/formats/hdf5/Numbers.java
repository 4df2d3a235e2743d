package dev.hourglass.formats.hdf5;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** An array that is filled, piece by piece, with numbers as they lie in a file. */
sealed interface Numbers {
    /** @param elementAt the first element's place in {@code stored}, in elements */
    void put(MemorySegment stored, long elementAt, int into, int count);

    record Floats(Datatype.Floating type, float[] values) implements Numbers {
        @Override
        public void put(MemorySegment stored, long elementAt, int into, int count) {
            long at = elementAt * type.size();
            switch ((int) type.size()) {
                case 2 -> {
                    ValueLayout.OfShort half = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(type.order());
                    for (int i = 0; i < count; i++) {
                        values[into + i] = Float.float16ToFloat(stored.get(half, at + 2L * i));
                    }
                }
                case 4 ->
                    MemorySegment.copy(
                            stored, ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(type.order()), at, values, into, count);
                default -> {
                    ValueLayout.OfDouble wide = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(type.order());
                    for (int i = 0; i < count; i++) {
                        values[into + i] = (float) stored.get(wide, at + 8L * i);
                    }
                }
            }
        }
    }

    record Wholes(Datatype.Whole type, long[] values) implements Numbers {
        @Override
        public void put(MemorySegment stored, long elementAt, int into, int count) {
            for (int i = 0; i < count; i++) {
                values[into + i] = get(stored, (elementAt + i) * type.size());
            }
        }

        /** Unsigned integers of 64 bits are not distinguished from signed ones; no model counts that far. */
        private long get(MemorySegment stored, long at) {
            return switch ((int) type.size()) {
                case 1 -> {
                    byte value = stored.get(ValueLayout.JAVA_BYTE, at);
                    yield type.signed() ? value : Byte.toUnsignedLong(value);
                }
                case 2 -> {
                    short value = stored.get(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(type.order()), at);
                    yield type.signed() ? value : Short.toUnsignedLong(value);
                }
                case 4 -> {
                    int value = stored.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(type.order()), at);
                    yield type.signed() ? value : Integer.toUnsignedLong(value);
                }
                default -> stored.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(type.order()), at);
            };
        }
    }
}

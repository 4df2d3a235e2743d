package dev.hourglass.hdf5;

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

    /** Fractions of 64 bits, which nothing is lost of, and integers, which nothing is lost of up to 2^53. */
    record Doubles(Datatype type, double[] values) implements Numbers {
        @Override
        public void put(MemorySegment stored, long elementAt, int into, int count) {
            switch (type) {
                case Datatype.Floating floating ->
                    MemorySegment.copy(
                            stored,
                            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(floating.order()),
                            elementAt * Double.BYTES,
                            values,
                            into,
                            count);
                case Datatype.Whole whole -> {
                    boolean unsigned = whole.size() == Long.BYTES && !whole.signed();
                    for (int i = 0; i < count; i++) {
                        long value = Wholes.get(whole, stored, (elementAt + i) * whole.size());
                        values[into + i] = unsigned && value < 0 ? ((value >>> 1) | (value & 1)) * 2.0 : value;
                    }
                }
                case Datatype.FixedText ignored -> throw new IllegalArgumentException("text");
                case Datatype.VariableText ignored -> throw new IllegalArgumentException("text");
                case Datatype.Unread unread -> throw new IllegalArgumentException(unread.name());
            }
        }
    }

    record Pixels(byte[] values) implements Numbers {
        @Override
        public void put(MemorySegment stored, long elementAt, int into, int count) {
            MemorySegment.copy(stored, ValueLayout.JAVA_BYTE, elementAt, values, into, count);
        }
    }

    record Wholes(Datatype.Whole type, long[] values) implements Numbers {
        @Override
        public void put(MemorySegment stored, long elementAt, int into, int count) {
            for (int i = 0; i < count; i++) {
                values[into + i] = get(type, stored, (elementAt + i) * type.size());
            }
        }

        /** Unsigned integers of 64 bits are not distinguished from signed ones; no model counts that far. */
        private static long get(Datatype.Whole type, MemorySegment stored, long at) {
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

package dev.hourglass.formats.onnx.read.graph;

import dev.hourglass.files.Excerpt;
import dev.hourglass.formats.onnx.read.Constant;
import dev.hourglass.hdf5.BoundedInput;
import dev.hourglass.tensor.CorruptFileException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A tensor as it lies in the file; its numbers are taken out when an operator asks for them.
 *
 * @param type of an element, by its number in {@code onnx.proto}
 * @param raw the elements side by side; null where they lie in a field of their type
 * @param chunks of that field
 * @param external where the bytes lie in another file; empty where they are here
 */
public record StoredTensor(
        String name,
        List<Long> dimensions,
        int type,
        @Nullable ByteBuffer raw,
        List<ByteBuffer> chunks,
        Map<String, String> external) {
    private static final int FLOAT = 1;
    private static final int UINT8 = 2;
    private static final int INT8 = 3;
    private static final int UINT16 = 4;
    private static final int INT16 = 5;
    private static final int INT32 = 6;
    private static final int INT64 = 7;
    private static final int BOOL = 9;
    private static final int FLOAT16 = 10;
    private static final int DOUBLE = 11;
    private static final int BFLOAT16 = 16;
    private static final int MOST_RANK = 16;

    public StoredTensor {
        dimensions = List.copyOf(dimensions);
        chunks = List.copyOf(chunks);
        external = Map.copyOf(external);
    }

    /**
     * The numbers.
     *
     * @param others the files beside the model
     * @throws CorruptFileException if it says of itself what its bytes are not
     */
    public Constant numbers(ExternalData others, Bounds bounds) {
        int count = count(bounds);
        ByteBuffer bytes = external.isEmpty() ? raw : others.bytes(name, external);
        int[] shape = dimensions.stream().mapToInt(Math::toIntExact).toArray();
        boolean whole = isWhole(bounds);
        if (bytes != null) {
            require(bounds, (long) count * size(), bytes.remaining());
            bounds.reserve((long) count * Double.BYTES, "weights");
            double[] values = new double[count];
            ByteBuffer from = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < count; i++) {
                values[i] = element(from);
            }
            return new Constant(shape, values, whole);
        }
        return new Constant(shape, typed(count, bounds), whole);
    }

    private int count(Bounds bounds) {
        long count = 1;
        for (long dimension : dimensions) {
            if (dimension < 0
                    || dimensions.size() > MOST_RANK
                    || (dimension > 0 && count > Integer.MAX_VALUE / dimension)) {
                throw refuse(
                        bounds,
                        "at most " + MOST_RANK + " dimensions whose product an array holds",
                        dimensions.toString());
            }
            count *= dimension;
        }
        return (int) count;
    }

    private boolean isWhole(Bounds bounds) {
        return switch (type) {
            case FLOAT, FLOAT16, DOUBLE, BFLOAT16 -> false;
            case UINT8, INT8, UINT16, INT16, INT32, INT64, BOOL -> true;
            default ->
                throw refuse(
                        bounds,
                        "elements of type float, double, float16, bfloat16, bool or a whole number of up to 64 bits",
                        "type " + type);
        };
    }

    private int size() {
        return switch (type) {
            case UINT8, INT8, BOOL -> 1;
            case UINT16, INT16, FLOAT16, BFLOAT16 -> 2;
            case FLOAT, INT32 -> 4;
            default -> 8;
        };
    }

    private double element(ByteBuffer from) {
        return switch (type) {
            case FLOAT -> from.getFloat();
            case DOUBLE -> from.getDouble();
            case FLOAT16 -> Float.float16ToFloat(from.getShort());
            case BFLOAT16 -> Float.intBitsToFloat(from.getShort() << 16);
            case UINT8, BOOL -> from.get() & 0xff;
            case INT8 -> from.get();
            case UINT16 -> from.getShort() & 0xffff;
            case INT16 -> from.getShort();
            case INT32 -> from.getInt();
            default -> from.getLong();
        };
    }

    /** From {@code float_data} and its like. */
    private double[] typed(int count, Bounds bounds) {
        long bytes = chunks.stream().mapToLong(ByteBuffer::remaining).sum();
        boolean fixed = type == FLOAT || type == DOUBLE;
        if (fixed) {
            require(bounds, (long) count * size(), bytes);
        } else if (count > bytes) {
            throw refuse(bounds, BoundedInput.count(count) + " elements", BoundedInput.count(bytes) + " bytes");
        }
        bounds.reserve((long) count * Double.BYTES, "weights");
        double[] values = new double[count];
        int next = 0;
        for (ByteBuffer chunk : chunks) {
            ByteBuffer from = chunk.duplicate().order(ByteOrder.LITTLE_ENDIAN);
            while (from.hasRemaining()) {
                if (next == count || (fixed && from.remaining() < size())) {
                    throw refuse(bounds, BoundedInput.count(count) + " elements", "others");
                }
                values[next++] = fixed ? element(from) : varint(from, bounds);
            }
        }
        if (next < count) {
            throw refuse(bounds, BoundedInput.count(count) + " elements", BoundedInput.count(next));
        }
        return values;
    }

    private double varint(ByteBuffer from, Bounds bounds) {
        long result = 0;
        for (int shift = 0; shift < Long.SIZE && from.hasRemaining(); shift += 7) {
            byte next = from.get();
            result |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return switch (type) {
                    case FLOAT16 -> Float.float16ToFloat((short) result);
                    case BFLOAT16 -> Float.intBitsToFloat((int) result << 16);
                    default -> result;
                };
            }
        }
        throw refuse(bounds, "whole numbers of at most 64 bits", "one that does not end");
    }

    private void require(Bounds bounds, long expected, long found) {
        if (expected != found) {
            throw refuse(
                    bounds,
                    BoundedInput.count(expected) + " bytes for the dimensions " + dimensions,
                    BoundedInput.count(found));
        }
    }

    private CorruptFileException refuse(Bounds bounds, String expected, String found) {
        return new CorruptFileException(
                bounds.file() + ", tensor '" + Excerpt.of(name, 80) + "'", expected, found, Bounds.SAVE_AGAIN);
    }
}

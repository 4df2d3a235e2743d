package dev.hourglass.data.parquet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A structure of Thrift's compact protocol, read by what it says of itself, without its schema: whole numbers as long,
 * structures and lists as such, everything else as null. Lengths are held against the bytes that there are, so that whoever
 * reads the same bytes by a schema afterwards meets none that lies.
 *
 * @param fields by their numbers
 * @param bytes how many it takes
 * @see <a href="https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md">the protocol</a>
 */
record ThriftStruct(Map<Integer, @Nullable Object> fields, int bytes) {
    private static final int MOST_DEPTH = 24;
    private static final int LIST = 9;
    private static final int STRUCT = 12;

    /**
     * @param in from its position on, which moves behind the structure
     * @throws IOException if it is none; the message says what was found
     */
    static ThriftStruct read(ByteBuffer in) throws IOException {
        int from = in.position();
        Map<Integer, @Nullable Object> fields = fields(in, 0);
        return new ThriftStruct(fields, in.position() - from);
    }

    /** A whole number; null where there is none. */
    @Nullable
    Long number(int field) {
        return fields.get(field) instanceof Long number ? number : null;
    }

    /** A structure within; without fields where there is none. */
    ThriftStruct struct(int field) {
        return fields.get(field) instanceof ThriftStruct struct ? struct : new ThriftStruct(Map.of(), 0);
    }

    /** The structures of a list; none where there is no such list. */
    List<ThriftStruct> structs(int field) {
        List<ThriftStruct> structs = new ArrayList<>();
        if (fields.get(field) instanceof List<?> list) {
            for (Object item : list) {
                if (item instanceof ThriftStruct struct) {
                    structs.add(struct);
                }
            }
        }
        return structs;
    }

    private static Map<Integer, @Nullable Object> fields(ByteBuffer in, int depth) throws IOException {
        require(depth < MOST_DEPTH, "structures within each other, more than " + MOST_DEPTH);
        Map<Integer, @Nullable Object> fields = new TreeMap<>();
        int last = 0;
        for (int header = octet(in); header != 0; header = octet(in)) {
            int type = header & 15;
            int field = header >>> 4 == 0 ? (int) signed(in) : last + (header >>> 4);
            // Of a field of truth values the type is the value.
            fields.put(field, type <= 2 ? null : value(in, type, depth));
            last = field;
        }
        return fields;
    }

    private static @Nullable Object value(ByteBuffer in, int type, int depth) throws IOException {
        return switch (type) {
            case 1, 2, 3 -> {
                octet(in);
                yield null;
            }
            case 4, 5, 6 -> signed(in);
            case 7 -> skip(in, Double.BYTES);
            case 8 -> skip(in, unsigned(in));
            case LIST, 10 -> list(in, depth);
            case 11 -> map(in, depth);
            case STRUCT -> {
                int from = in.position();
                Map<Integer, @Nullable Object> fields = fields(in, depth + 1);
                yield new ThriftStruct(fields, in.position() - from);
            }
            default -> throw new IOException("a field of no known type");
        };
    }

    private static List<@Nullable Object> list(ByteBuffer in, int depth) throws IOException {
        int header = octet(in);
        long count = header >>> 4 == 15 ? unsigned(in) : header >>> 4;
        require(count >= 0 && count <= in.remaining(), "a list longer than the file");
        require(depth + 1 < MOST_DEPTH, "lists within each other, more than " + MOST_DEPTH);
        List<@Nullable Object> items = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            items.add(value(in, header & 15, depth + 1));
        }
        return items;
    }

    private static @Nullable Object map(ByteBuffer in, int depth) throws IOException {
        long count = unsigned(in);
        require(count >= 0 && count <= in.remaining(), "a map longer than the file");
        require(depth + 1 < MOST_DEPTH, "maps within each other, more than " + MOST_DEPTH);
        int types = count == 0 ? 0 : octet(in);
        for (long i = 0; i < count; i++) {
            value(in, types >>> 4, depth + 1);
            value(in, types & 15, depth + 1);
        }
        return null;
    }

    private static @Nullable Object skip(ByteBuffer in, long bytes) throws IOException {
        require(bytes >= 0 && bytes <= in.remaining(), "a text longer than the file");
        in.position(in.position() + (int) bytes);
        return null;
    }

    private static long signed(ByteBuffer in) throws IOException {
        long number = unsigned(in);
        return number >>> 1 ^ -(number & 1);
    }

    private static long unsigned(ByteBuffer in) throws IOException {
        long number = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            int digit = octet(in);
            number |= (long) (digit & 0x7F) << shift;
            if (digit < 0x80) {
                return number;
            }
        }
        throw new IOException("a number of more than 64 bits");
    }

    private static int octet(ByteBuffer in) throws IOException {
        require(in.hasRemaining(), "an end too early");
        return in.get() & 0xFF;
    }

    private static void require(boolean fine, String found) throws IOException {
        if (!fine) {
            throw new IOException(found);
        }
    }
}

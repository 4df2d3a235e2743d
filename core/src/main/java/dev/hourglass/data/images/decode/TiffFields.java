package dev.hourglass.data.images.decode;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The first directory of a TIFF file, and of Exif data, which have its form (TIFF Revision 6.0, section 2). Only that one:
 * directories that lead to each other in circles are never followed.
 */
public final class TiffFields {
    static final int BITS_PER_SAMPLE = 258;
    static final int PHOTOMETRIC = 262;
    static final int ORIENTATION = 274;
    static final int EXTRA_SAMPLES = 338;
    static final int SAMPLE_FORMAT = 339;
    static final int ICC_PROFILE = 34_675;

    private static final int ENTRY_BYTES = 12;
    private static final int MOST_BYTES = 1 << 24;
    private static final int SHORT = 3;
    private static final int LONG = 4;

    /** @param type of the TIFF specification: 1 and 7 have one byte, 3 two and 4 four */
    private record Field(int type, int count, int at) {}

    private final ByteBuffer bytes;
    private final Map<Integer, Field> fields = new HashMap<>();

    private TiffFields(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /**
     * @param from where the header, {@code II*} or {@code MM*}, begins
     * @throws IOException if there is none, or its directory lies outside
     */
    static TiffFields read(byte[] file, int from, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(file, from, length).slice();
        if (length < 8 || file[from] != file[from + 1] || (file[from] != 'I' && file[from] != 'M')) {
            throw new IOException("damaged: its directory has no header");
        }
        bytes.order(file[from] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        TiffFields fields = new TiffFields(bytes);
        fields.readDirectory(Integer.toUnsignedLong(bytes.getInt(4)));
        return fields;
    }

    private void readDirectory(long at) throws IOException {
        if (at + 2 > bytes.capacity()) {
            throw new IOException("cut short: its directory is missing");
        }
        int count = Short.toUnsignedInt(bytes.getShort((int) at));
        if (at + 2 + (long) count * ENTRY_BYTES > bytes.capacity()) {
            throw new IOException("cut short: its directory is missing");
        }
        for (int i = 0; i < count; i++) {
            int entry = (int) at + 2 + i * ENTRY_BYTES;
            int type = Short.toUnsignedInt(bytes.getShort(entry + 2));
            long size = Integer.toUnsignedLong(bytes.getInt(entry + 4)) * width(type);
            long place = size <= 4 ? entry + 8 : Integer.toUnsignedLong(bytes.getInt(entry + 8));
            // What lies elsewhere, or is of no use here, is as good as not there.
            if (size > 0 && size <= MOST_BYTES && place + size <= bytes.capacity()) {
                fields.putIfAbsent(
                        Short.toUnsignedInt(bytes.getShort(entry)),
                        new Field(type, (int) (size / width(type)), (int) place));
            }
        }
    }

    private static int width(int type) {
        return switch (type) {
            case 1, 7 -> 1;
            case SHORT -> 2;
            case LONG -> 4;
            default -> 0;
        };
    }

    /** Whole numbers; none where the field is missing or of another type. */
    int[] numbers(int tag) {
        Field field = fields.get(tag);
        if (field == null || (field.type != SHORT && field.type != LONG)) {
            return new int[0];
        }
        int[] numbers = new int[Math.min(field.count, 16)];
        Arrays.setAll(
                numbers,
                i -> field.type == SHORT
                        ? Short.toUnsignedInt(bytes.getShort(field.at + 2 * i))
                        : bytes.getInt(field.at + 4 * i));
        return numbers;
    }

    int number(int tag, int otherwise) {
        int[] numbers = numbers(tag);
        return numbers.length == 0 ? otherwise : numbers[0];
    }

    Optional<byte[]> bytes(int tag) {
        Field field = fields.get(tag);
        if (field == null || width(field.type) != 1) {
            return Optional.empty();
        }
        byte[] content = new byte[field.count];
        bytes.get(field.at, content);
        return Optional.of(content);
    }

    /** What Exif data say of a picture's orientation; upright where they are damaged, as every viewer takes it. */
    static Orientation orientation(byte[] file, int from, int length) {
        try {
            return Orientation.of(read(file, from, length).number(ORIENTATION, 1));
        } catch (IOException e) {
            return Orientation.UPRIGHT;
        }
    }
}

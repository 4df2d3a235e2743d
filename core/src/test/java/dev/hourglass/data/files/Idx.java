package dev.hourglass.data.files;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;
import java.util.zip.GZIPOutputStream;

/** Makes the bytes of IDX files. */
public final class Idx {
    static final int UNSIGNED_BYTE = 8;

    private Idx() {}

    public static byte[] images(int count, int height, int width, RandomGenerator random) {
        byte[] pixels = new byte[count * height * width];
        random.nextBytes(pixels);
        return file(UNSIGNED_BYTE, pixels, count, height, width);
    }

    public static byte[] labels(int... labels) {
        byte[] values = new byte[labels.length];
        for (int i = 0; i < labels.length; i++) {
            values[i] = (byte) labels[i];
        }
        return file(UNSIGNED_BYTE, values, labels.length);
    }

    static byte[] file(int type, byte[] values, int... dimensions) {
        ByteBuffer file = ByteBuffer.allocate(4 + 4 * dimensions.length + values.length);
        file.put(new byte[] {0, 0, (byte) type, (byte) dimensions.length});
        for (int dimension : dimensions) {
            file.putInt(dimension);
        }
        return file.put(values).array();
    }

    public static byte[] gzip(byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}

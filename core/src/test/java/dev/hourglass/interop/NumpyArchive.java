package dev.hourglass.interop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The arrays of a {@code .npz}, as {@code numpy.savez} writes float32 and int64. */
final class NumpyArchive implements AutoCloseable {
    private static final Pattern HEADER = Pattern.compile("'descr': '<([fi][48])', 'fortran_order': False");
    private static final int VERSION_BYTES = 8;

    private final ZipFile zip;

    NumpyArchive(Path file) throws IOException {
        zip = new ZipFile(file.toFile());
    }

    boolean has(String name) {
        return zip.getEntry(name + ".npy") != null;
    }

    /** The numbers of an array in row-major order. */
    double[] numbers(String name) throws IOException {
        ZipEntry entry = zip.getEntry(name + ".npy");
        ByteBuffer bytes = ByteBuffer.wrap(zip.getInputStream(entry).readAllBytes())
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(VERSION_BYTES);
        byte[] header = new byte[bytes.getShort()];
        bytes.get(header);
        Matcher type = HEADER.matcher(new String(header, StandardCharsets.US_ASCII));
        if (!type.find()) {
            throw new IOException(zip.getName() + ": unexpected header of " + name);
        }
        double[] numbers = new double[bytes.remaining() / (type.group(1).charAt(1) - '0')];
        Arrays.setAll(numbers, i -> switch (type.group(1)) {
            case "f4" -> bytes.getFloat();
            case "f8" -> bytes.getDouble();
            case "i4" -> bytes.getInt();
            default -> bytes.getLong();
        });
        return numbers;
    }

    int[] shape(String name) throws IOException {
        return Arrays.stream(numbers(name)).mapToInt(number -> (int) number).toArray();
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}

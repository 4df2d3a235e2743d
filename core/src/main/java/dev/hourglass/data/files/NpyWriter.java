package dev.hourglass.data.files;

import dev.hourglass.data.DatasetException;
import dev.hourglass.files.AtomicFile;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Writes NPY files, version 1.0, of little-endian 32-bit floats [rows, rowShape]; what NumPy and {@link NpyFile} read.
 */
public final class NpyWriter {
    private static final int ALIGNMENT = 64;
    private static final int BUFFER = 1 << 16;

    private NpyWriter() {}

    /**
     * Writes rows as they come, and how many there were when they end; the file appears when it is whole, or not at
     * all.
     *
     * @throws IOException if the file can't be written
     * @throws DatasetException if there was no row
     */
    public static void write(Path file, Shape rowShape, RowFile.Rows rows) throws IOException {
        AtomicFile.write(file, channel -> {
            // As long as that of any number of rows.
            AtomicFile.writeAll(channel, ByteBuffer.wrap(header(Long.MAX_VALUE, rowShape)));
            Sink sink = new Sink(channel, rowShape.size());
            rows.writeTo(sink);
            sink.flush();
            if (sink.written == 0) {
                throw new DatasetException("Can't write " + file + ": there are no rows. Give at least one sample.");
            }
            channel.position(0);
            AtomicFile.writeAll(channel, ByteBuffer.wrap(header(sink.written, rowShape)));
        });
    }

    /** Filled with blanks to the same length whatever the count. */
    private static byte[] header(long count, Shape rowShape) {
        String dimensions =
                Arrays.stream(rowShape.toArray()).mapToObj(String::valueOf).collect(Collectors.joining(", "));
        String text = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + count + ", " + dimensions + "), }";
        int longest = text.length()
                - String.valueOf(count).length()
                + String.valueOf(Long.MAX_VALUE).length();
        int before = NpyHeader.MAGIC.length + 4;
        int length = (before + longest + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
        byte[] header = new byte[length];
        Arrays.fill(header, (byte) ' ');
        ByteBuffer.wrap(header)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(NpyHeader.MAGIC)
                .put((byte) 1)
                .put((byte) 0)
                .putShort((short) (length - before))
                .put(text.getBytes(StandardCharsets.US_ASCII));
        header[length - 1] = '\n';
        return header;
    }

    private static final class Sink implements RowSink {
        private final FileChannel channel;
        private final int rowSize;
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
        private long written;

        Sink(FileChannel channel, int rowSize) {
            this.channel = channel;
            this.rowSize = rowSize;
        }

        @Override
        public void write(float[] values, int from, int rows) throws IOException {
            int count = Math.multiplyExact(rows, rowSize);
            Objects.checkFromIndexSize(from, count, values.length);
            for (int i = from; i < from + count; i++) {
                if (!buffer.hasRemaining()) {
                    flush();
                }
                buffer.putFloat(values[i]);
            }
            written += rows;
        }

        void flush() throws IOException {
            AtomicFile.writeAll(channel, buffer.flip());
            buffer.clear();
        }
    }
}

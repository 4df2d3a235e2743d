package dev.hourglass.hdf5;

import dev.hourglass.hdf5.Dataset.Values;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** What lies where in a file that is to be written, known before its first byte is. */
final class FilePlan {
    private static final int ALIGNMENT = 8;
    private static final int BUFFER_BYTES = 1 << 16;

    private sealed interface Block {
        /** A header or a heap; complete when the file is written. */
        record Structure(long address, Bytes bytes) implements Block {}

        record Numbers(long address, Values values) implements Block {}
    }

    private final List<Block> blocks = new ArrayList<>();
    private long end;

    /** The bytes of the whole file. */
    long end() {
        return end;
    }

    /**
     * Gives a structure its place.
     *
     * @return its address
     */
    long add(long length, Bytes bytes) {
        long address = allocate(length);
        blocks.add(new Block.Structure(address, bytes));
        return address;
    }

    /**
     * Gives the values of a data set their place.
     *
     * @return their address
     */
    long add(long length, Values values) {
        long address = allocate(length);
        blocks.add(new Block.Numbers(address, values));
        return address;
    }

    private long allocate(long length) {
        long address = end + (-end & (ALIGNMENT - 1));
        end = Math.addExact(address, length);
        return address;
    }

    void writeTo(OutputStream out) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        long written = 0;
        for (Block block : blocks) {
            switch (block) {
                case Block.Structure structure -> {
                    out.write(new byte[(int) (structure.address - written)]);
                    structure.bytes.writeTo(out);
                    written = structure.address + structure.bytes.size();
                }
                case Block.Numbers numbers -> {
                    out.write(new byte[(int) (numbers.address - written)]);
                    written = numbers.address + write(numbers.values, buffer, out);
                }
            }
        }
    }

    private static long write(Values values, ByteBuffer buffer, OutputStream out) throws IOException {
        return switch (values) {
            case Values.Floats floats -> {
                for (float number : floats.values()) {
                    drainIfFull(buffer, out).putFloat(number);
                }
                yield drain(buffer, out, (long) Float.BYTES * floats.values().length);
            }
            case Values.Wholes wholes -> {
                for (long number : wholes.values()) {
                    drainIfFull(buffer, out);
                    switch (wholes.type()) {
                        case INT32 -> buffer.putInt(Math.toIntExact(number));
                        case INT64 -> buffer.putLong(number);
                    }
                }
                yield drain(buffer, out, (long) Writer.bytes(wholes.type()) * wholes.values().length);
            }
            case Values.Doubles ignored -> throw Writer.unwritable("float64");
            case Values.Pixels ignored -> throw Writer.unwritable("uint8");
            case Values.Other other -> throw Writer.unwritable(other.type());
        };
    }

    private static ByteBuffer drainIfFull(ByteBuffer buffer, OutputStream out) throws IOException {
        if (buffer.remaining() < Long.BYTES) {
            drain(buffer, out, 0);
        }
        return buffer;
    }

    /** Empties the buffer and passes on the count. */
    private static long drain(ByteBuffer buffer, OutputStream out, long count) throws IOException {
        out.write(buffer.array(), buffer.arrayOffset(), buffer.position());
        buffer.clear();
        return count;
    }
}

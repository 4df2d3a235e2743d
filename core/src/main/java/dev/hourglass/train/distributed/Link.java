package dev.hourglass.train.distributed;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.util.zip.CRC32C;

/**
 * The connection to a neighbour. Sums go in frames: what they are, how many bytes, which frame of this direction it is, and
 * CRC32C of all that; then the numbers, little-endian. Who receives knows what is due, and takes nothing else, so a frame costs
 * no memory before it is known to be right. One thread sends, one receives.
 */
final class Link implements AutoCloseable {
    private static final int FLOATS = 0x48474653;
    private static final int DOUBLES = 0x48474453;
    /** Kind, bytes, number of the frame, checksum. */
    private static final int HEADER = 2 * Integer.BYTES + Long.BYTES + Integer.BYTES;

    private static final int BEFORE_CHECKSUM = HEADER - Integer.BYTES;

    private final SocketChannel channel;
    private final String peer;
    private final CRC32C sentChecksum = new CRC32C();
    private final CRC32C receivedChecksum = new CRC32C();
    private ByteBuffer out = buffer(1 << 12);
    private ByteBuffer in = buffer(1 << 12);
    private long sentFrames;
    private long receivedFrames;
    private long bytesSent;

    /** @param peer what the neighbour is called in messages */
    Link(SocketChannel channel, String peer) {
        this.channel = channel;
        this.peer = peer;
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    void send(float[] numbers, int from, int count) throws IOException {
        ByteBuffer frame = begin(FLOATS, count * Float.BYTES);
        frame.position(HEADER);
        frame.asFloatBuffer().put(numbers, from, count);
        send(frame);
    }

    void send(double[] numbers) throws IOException {
        ByteBuffer frame = begin(DOUBLES, numbers.length * Double.BYTES);
        frame.position(HEADER);
        frame.asDoubleBuffer().put(numbers);
        send(frame);
    }

    private ByteBuffer begin(int kind, int bytes) {
        if (out.capacity() < HEADER + bytes) {
            out = buffer(HEADER + bytes);
        }
        out.clear().limit(HEADER + bytes);
        return out.putInt(kind).putInt(bytes).putLong(sentFrames++);
    }

    private void send(ByteBuffer frame) throws IOException {
        frame.putInt(BEFORE_CHECKSUM, checksum(sentChecksum, frame));
        frame.position(0);
        bytesSent += frame.limit();
        while (frame.hasRemaining()) {
            channel.write(frame);
        }
    }

    /** Of a frame without the checksum itself. */
    private static int checksum(CRC32C checksum, ByteBuffer frame) {
        checksum.reset();
        checksum.update(frame.slice(0, BEFORE_CHECKSUM));
        checksum.update(frame.slice(HEADER, frame.limit() - HEADER));
        return (int) checksum.getValue();
    }

    void receive(float[] numbers, int from, int count) throws IOException {
        receive(FLOATS, count * Float.BYTES).asFloatBuffer().get(numbers, from, count);
    }

    void receive(double[] numbers) throws IOException {
        receive(DOUBLES, numbers.length * Double.BYTES).asDoubleBuffer().get(numbers);
    }

    private ByteBuffer receive(int kind, int bytes) throws IOException {
        if (in.capacity() < HEADER + bytes) {
            in = buffer(HEADER + bytes);
        }
        in.clear().limit(HEADER);
        fill();
        requireDue("frames of kind", kind, in.getInt(0));
        requireDue("so many bytes:", bytes, in.getInt(Integer.BYTES));
        requireDue("frame number", receivedFrames++, in.getLong(2 * Integer.BYTES));
        in.limit(HEADER + bytes);
        fill();
        requireDue("a frame of CRC32C", checksum(receivedChecksum, in), in.getInt(BEFORE_CHECKSUM));
        return in.position(HEADER);
    }

    private void fill() throws IOException {
        while (in.hasRemaining()) {
            if (channel.read(in) < 0) {
                throw new EOFException("it closed the connection");
            }
        }
    }

    private void requireDue(String what, long due, long found) {
        if (due != found) {
            throw new SessionLostException("Expected " + what + " " + due + " from " + peer + ", got " + found
                    + ". All sessions need the same program, model, settings and data.");
        }
    }

    String peer() {
        return peer;
    }

    long bytesSent() {
        return bytesSent;
    }

    /** Whoever sends or receives at this moment fails. */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}

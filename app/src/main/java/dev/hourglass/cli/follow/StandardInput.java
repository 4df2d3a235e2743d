package dev.hourglass.cli.follow;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Standard input, read by a thread of its own, since a read that waits for another process can't be interrupted. That thread waits
 * where nobody takes what it has read, so that whoever writes waits as well.
 */
final class StandardInput implements IncomingBytes {
    private static final int PIECE_BYTES = 1 << 16;
    private static final int PIECES = 4;

    /** Some bytes; none at the end, where it may have failed. */
    private record Piece(byte[] bytes, String failure) {}

    private final BlockingQueue<Piece> pieces = new ArrayBlockingQueue<>(PIECES);
    private Piece current = new Piece(new byte[0], "");
    private int taken;
    private boolean over;

    StandardInput(InputStream in) {
        Thread.ofPlatform().name("standard-input").daemon().start(() -> read(in));
    }

    private void read(InputStream in) {
        byte[] buffer = new byte[PIECE_BYTES];
        try {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                if (count > 0) {
                    pieces.put(new Piece(Arrays.copyOf(buffer, count), ""));
                }
            }
            pieces.put(new Piece(new byte[0], ""));
        } catch (IOException e) {
            pieces.add(new Piece(new byte[0], String.valueOf(e.getMessage())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public int read(byte[] into, int from, int most) throws IOException, InterruptedException {
        if (taken == current.bytes().length && !over) {
            current = pieces.take();
            taken = 0;
            over = current.bytes().length == 0;
        }
        if (over) {
            if (!current.failure().isEmpty()) {
                throw new IOException(current.failure());
            }
            return END;
        }
        int count = Math.min(most, current.bytes().length - taken);
        System.arraycopy(current.bytes(), taken, into, from, count);
        taken += count;
        return count;
    }

    @Override
    public void close() {
        // The thread ends with the process: what waits in a read can't be told to stop.
    }
}

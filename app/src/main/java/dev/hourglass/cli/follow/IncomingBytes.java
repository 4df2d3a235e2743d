package dev.hourglass.cli.follow;

import java.io.IOException;

/** Where the bytes of a stream come from. */
interface IncomingBytes extends AutoCloseable {
    /** There will be no more. */
    int END = -1;
    /** What comes next is the beginning of another file, or of the same one emptied. */
    int ANEW = -2;

    /**
     * Waits for some.
     *
     * @return how many, {@link #END} or {@link #ANEW}
     * @throws InterruptedException if this thread is interrupted while it waits
     */
    int read(byte[] into, int from, int most) throws IOException, InterruptedException;

    @Override
    void close() throws IOException;
}

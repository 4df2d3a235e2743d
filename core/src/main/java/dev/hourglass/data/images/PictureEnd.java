package dev.hourglass.data.images;

import dev.hourglass.data.images.decode.PngHeader;
import java.io.EOFException;
import java.io.IOException;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import javax.imageio.stream.ImageInputStream;

/**
 * Whether a picture's file goes on to its end. The platform's decoders take one that was cut short for whole and leave
 * the rest of its pixels black or gray.
 *
 * <p>A PNG's chunks must have their checksums, its pixels as many bytes as its header promises, and IEND must come (PNG
 * Specification, Third Edition, chapters 5 and 10). A JPEG's segments must lead to the marker EOI (ITU T.81, annex B);
 * what is damaged between them it cannot tell.
 */
final class PictureEnd {
    private static final int IDAT = 0x49444154;
    private static final int IEND = 0x49454e44;
    private static final int PNG_SIGNATURE_BYTES = 8;

    private static final int EOI = 0xd9;
    private static final int SOS = 0xda;
    private static final int FIRST_RESTART = 0xd0;
    private static final int LAST_RESTART = 0xd7;

    private final ImageInputStream in;
    private final byte[] buffer = new byte[1 << 13];
    private final byte[] scratch = new byte[1 << 13];
    private int at;
    private int length;

    private PictureEnd(ImageInputStream in) {
        this.in = in;
    }

    /**
     * Reads all of it; the position is undefined then.
     *
     * @param header what the file has been found to say
     * @throws IOException if it is cut short or damaged
     */
    static void requirePng(ImageInputStream in, PngHeader header) throws IOException {
        Inflater pixels = new Inflater();
        try {
            new PictureEnd(in).readPng(pixels, header.pixelBytes());
        } catch (EOFException e) {
            throw new IOException("cut short", e);
        } finally {
            pixels.end();
        }
    }

    /** As {@link #requirePng} does for a JPEG. */
    static void requireJpeg(ImageInputStream in) throws IOException {
        try {
            new PictureEnd(in).readJpeg();
        } catch (EOFException e) {
            throw new IOException("cut short", e);
        }
    }

    private void readPng(Inflater pixels, long pixelBytes) throws IOException {
        skip(PNG_SIGNATURE_BYTES);
        long missing = pixelBytes;
        while (true) {
            long bytes = Integer.toUnsignedLong(readInt());
            CRC32 checksum = new CRC32();
            int type = readInt(checksum);
            while (bytes > 0) {
                fill();
                int part = (int) Math.min(bytes, length - at);
                checksum.update(buffer, at, part);
                if (type == IDAT && missing > 0) {
                    missing -= inflated(pixels, part, missing);
                }
                at += part;
                bytes -= part;
            }
            if (readInt() != (int) checksum.getValue()) {
                throw new IOException("damaged: a checksum is wrong");
            }
            if (type == IEND) {
                if (missing > 0) {
                    throw new IOException("cut short: " + missing + " bytes of its pixels are missing");
                }
                return;
            }
        }
    }

    /** How many bytes of pixels the next {@code part} bytes hold, up to {@code most}. */
    private long inflated(Inflater pixels, int part, long most) throws IOException {
        pixels.setInput(buffer, at, part);
        long bytes = 0;
        try {
            while (bytes < most && !pixels.needsInput() && !pixels.finished()) {
                int more = pixels.inflate(scratch);
                if (more == 0 && pixels.needsDictionary()) {
                    throw new IOException("damaged: its pixels need a dictionary");
                }
                bytes += more;
            }
        } catch (DataFormatException e) {
            throw new IOException("damaged: its pixels can't be inflated", e);
        }
        return bytes;
    }

    private void readJpeg() throws IOException {
        skip(2);
        int marker = nextMarker();
        while (marker != EOI) {
            if (marker != 0x01 && (marker < FIRST_RESTART || marker > LAST_RESTART)) { // those stand alone
                int bytes = (read() << 8 | read()) - 2;
                if (bytes < 0) {
                    throw new IOException("damaged: a segment of no length");
                }
                skip(bytes);
            }
            marker = marker == SOS ? markerAfterScan() : nextMarker();
        }
    }

    /** Between segments any number of 0xff may stand. */
    private int nextMarker() throws IOException {
        if (read() != 0xff) {
            throw new IOException("damaged: no marker where one should be");
        }
        int marker = read();
        while (marker == 0xff) {
            marker = read();
        }
        return marker;
    }

    /** Within a scan 0xff is followed by 0, a restart's number or, at its end, the next marker. */
    private int markerAfterScan() throws IOException {
        int marker = 0;
        while (marker == 0 || (marker >= FIRST_RESTART && marker <= LAST_RESTART)) {
            if (read() != 0xff) {
                continue;
            }
            marker = read();
            while (marker == 0xff) {
                marker = read();
            }
        }
        return marker;
    }

    private int readInt(CRC32... checksums) throws IOException {
        int value = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            int next = read();
            value = value << 8 | next;
            for (CRC32 checksum : checksums) {
                checksum.update(next);
            }
        }
        return value;
    }

    private int read() throws IOException {
        fill();
        return buffer[at++] & 0xff;
    }

    private void skip(long bytes) throws IOException {
        for (long left = bytes; left > 0; ) {
            fill();
            int part = (int) Math.min(left, length - at);
            at += part;
            left -= part;
        }
    }

    private void fill() throws IOException {
        if (at == length) {
            at = 0;
            length = Math.max(0, in.read(buffer));
            if (length == 0) {
                throw new EOFException();
            }
        }
    }
}

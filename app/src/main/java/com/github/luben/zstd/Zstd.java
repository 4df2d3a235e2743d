package com.github.luben.zstd;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Decompresses Zstandard in plain Java, without dictionaries; check sums are passed over. Hardwood looks for this class by its
 * name, which is that of a library with native code for each system; polars packs with Zstandard unless it is told otherwise,
 * as many do who write for Spark. Whatever else that library can do is left out.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8878">RFC 8878</a>
 */
public final class Zstd {
    private static final int FRAME = 0xFD2FB528;
    private static final int SKIPPED_FRAME = 0x184D2A50;
    private static final int[] SIZE_BYTES = {0, 2, 4, 8};
    private static final int[] DICTIONARY_BYTES = {0, 1, 2, 4};
    private static final int CHECK_SUM_BYTES = 4;

    private final PackedBytes in;
    private final byte[] out;
    private int at;

    private Zstd(PackedBytes in, byte[] out) {
        this.in = in;
        this.out = out;
    }

    /**
     * Unpacks all frames, one behind the other.
     *
     * @param compressed from its position to its limit; both stay
     * @return how many bytes there are
     * @throws IOException if they are no Zstandard, or more than {@code into} has room for
     */
    public static int decompress(byte[] into, ByteBuffer compressed) throws IOException {
        byte[] packed = new byte[compressed.remaining() + PackedBytes.PADDING];
        compressed.duplicate().get(packed, 0, compressed.remaining());
        Zstd unpacking = new Zstd(new PackedBytes(packed, compressed.remaining()), into);
        try {
            while (unpacking.in.left() > 0) {
                unpacking.frame();
            }
        } catch (ArrayIndexOutOfBoundsException e) {
            throw new IOException("broken Zstandard: a place that there isn't", e);
        }
        return unpacking.at;
    }

    private void frame() throws IOException {
        int magic = (int) in.number(4);
        if ((magic & ~0xF) == SKIPPED_FRAME) {
            in.skip(in.number(4));
            return;
        }
        PackedBytes.require(magic == FRAME, "another beginning");
        int descriptor = in.next();
        boolean single = (descriptor & 0x20) != 0;
        if (!single) {
            in.next(); // how far copies go back, which here is as far as the page
        }
        PackedBytes.require(in.number(DICTIONARY_BYTES[descriptor & 3]) == 0, "a dictionary");
        int size = descriptor >>> 6;
        in.skip(size == 0 && single ? 1 : SIZE_BYTES[size]);
        Blocks blocks = new Blocks(in, out, at);
        boolean last = false;
        while (!last) {
            int header = (int) in.number(3);
            last = (header & 1) != 0;
            blocks.block(header >>> 1 & 3, header >>> 3);
        }
        at = blocks.at();
        if ((descriptor & 4) != 0) {
            in.skip(CHECK_SUM_BYTES);
        }
    }
}

package net.jpountz.lz4;

import java.nio.ByteBuffer;

/** Decompresses a block that has a known number of bytes. */
public final class LZ4FastDecompressor {
    LZ4FastDecompressor() {}

    /**
     * Positions stay.
     *
     * @return how many packed bytes there were
     * @throws IllegalArgumentException if they are no LZ4, or make another number of bytes
     */
    public int decompress(ByteBuffer packed, int from, ByteBuffer into, int at, int length) {
        byte[] in = new byte[packed.limit() - from];
        packed.get(from, in);
        byte[] out = new byte[length];
        Lz4Block block = new Lz4Block(in, 0, in.length, out, 0, length);
        if (block.unpack() != length) {
            throw new IllegalArgumentException("broken LZ4: fewer bytes than promised");
        }
        into.put(at, out);
        return block.taken();
    }
}

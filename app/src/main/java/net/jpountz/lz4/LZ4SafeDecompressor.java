package net.jpountz.lz4;

/** Decompresses a block that is packed into a known number of bytes. */
public final class LZ4SafeDecompressor {
    LZ4SafeDecompressor() {}

    /**
     * Unpacks bytes into others.
     *
     * @return how many bytes there are
     * @throws IllegalArgumentException if they are no LZ4, or more than there is room for
     */
    public int decompress(byte[] packed, int from, int length, byte[] into, int at, int room) {
        return new Lz4Block(packed, from, from + length, into, at, at + room).unpack();
    }
}

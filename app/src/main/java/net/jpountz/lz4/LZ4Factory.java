package net.jpountz.lz4;

/**
 * Gives what decompresses LZ4 in plain Java. Hardwood looks for this class by its name, which is that of a library with native
 * code for each system. Whatever else that library can do is left out.
 */
public final class LZ4Factory {
    private static final LZ4Factory ONLY = new LZ4Factory();

    private LZ4Factory() {}

    /** There is one only. */
    public static LZ4Factory fastestInstance() {
        return ONLY;
    }

    /** For blocks of known size. */
    public LZ4FastDecompressor fastDecompressor() {
        return new LZ4FastDecompressor();
    }

    /** For blocks of which the packed size is known. */
    public LZ4SafeDecompressor safeDecompressor() {
        return new LZ4SafeDecompressor();
    }
}

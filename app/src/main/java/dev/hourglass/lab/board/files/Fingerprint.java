package dev.hourglass.lab.board.files;

import dev.hourglass.files.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Tells whether scores are of the same data and settings as before. */
public final class Fingerprint {
    private final Sha256 digest = new Sha256();

    /** @param settings in words, with the version of how scores are made */
    public Fingerprint(String settings) {
        byte[] bytes = settings.getBytes(StandardCharsets.UTF_8);
        digest.update(bytes, 0, bytes.length);
    }

    public Fingerprint of(double[]... rows) {
        for (double[] row : rows) {
            byte[] bytes = new byte[row.length * Double.BYTES];
            ByteBuffer.wrap(bytes).asDoubleBuffer().put(row);
            digest.update(bytes, 0, bytes.length);
        }
        return this;
    }

    @Override
    public String toString() {
        return digest.toHex();
    }
}

package dev.hourglass.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A SHA-256 digest in the making. */
public final class Sha256 {
    private final MessageDigest digest;

    public Sha256() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform must have SHA-256", e);
        }
    }

    public static String ofFile(Path file) throws IOException {
        Sha256 sha256 = new Sha256();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = RegularFile.open(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                sha256.update(buffer, 0, read);
            }
        }
        return sha256.toHex();
    }

    /** Of bytes in memory, as 64 hexadecimal digits in lower case. */
    public static String of(byte[] bytes) {
        Sha256 sha256 = new Sha256();
        sha256.update(bytes, 0, bytes.length);
        return sha256.toHex();
    }

    public void update(byte[] bytes, int from, int count) {
        digest.update(bytes, from, count);
    }

    /** 64 hexadecimal digits in lower case; ends the digest. */
    public String toHex() {
        return HexFormat.of().formatHex(digest.digest());
    }
}

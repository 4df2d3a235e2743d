package dev.hourglass.data.tables;

import dev.hourglass.data.DatasetException;
import dev.hourglass.files.Folders;
import dev.hourglass.fuzz.FuzzTarget;
import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** A record called {@code r}: its header, its marks and its samples, each behind its length in two bytes. */
class WfdbFuzzTest extends FuzzTarget {
    @Override
    protected void read(byte[] bytes) {
        try {
            Path folder = Files.createTempDirectory("fuzzed");
            Path header = folder.resolve("r.hea");
            try {
                ByteBuffer in = ByteBuffer.wrap(bytes);
                Files.write(header, part(in));
                Files.write(folder.resolve("r.atr"), part(in));
                Files.write(folder.resolve("r.dat"), part(in));
                TableReader.readAll(header, TableOptions.DEFAULT);
            } catch (DatasetException e) {
                throw new CorruptFileException(header, "a record", String.valueOf(e.getMessage()), "None.");
            } finally {
                for (Path file : Folders.files(folder)) {
                    Files.delete(file);
                }
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a temporary file can't be written", e);
        }
    }

    private static byte[] part(ByteBuffer in) {
        int length = in.remaining() < Short.BYTES ? 0 : Math.min(in.getShort() & 0xFFFF, in.remaining());
        byte[] part = new byte[length];
        in.get(part);
        return part;
    }
}

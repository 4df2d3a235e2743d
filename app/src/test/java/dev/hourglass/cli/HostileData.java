package dev.hourglass.cli;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;

/** Data that lies about its size, or that is more than memory holds. */
final class HostileData {
    private HostileData() {}

    /** HDF5 files by h5py that follow links, name other files or use what is refused, and one whose shape lies. */
    private static void hdf5(Path folder) throws IOException {
        Path resources = Path.of("../core/src/test/resources/hdf5");
        try (Stream<Path> files = Files.list(resources.resolve("hostile"))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve("data-" + file.getFileName()));
            }
        }
        byte[] head = Files.readAllBytes(resources.resolve("hostile-sparse.head"));
        Files.write(folder.resolve("shape-without-bytes.h5"), head);
        try (RandomAccessFile sparse =
                new RandomAccessFile(folder.resolve("sparse-400MB.h5").toFile(), "rw")) {
            sparse.write(head);
            sparse.setLength(400_065_536L);
        }
    }

    static void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        npy(folder.resolve("promises.npy"), "'<f4'", "(1000000000, 28, 28, 1)", 0);
        npy(folder.resolve("overflow.npy"), "'<f4'", "(4294967296, 4294967296)", 0);
        npy(folder.resolve("long.npy"), "'<f4'", "(9223372036854775807, 2)", 0);
        npy(folder.resolve("negative.npy"), "'<f4'", "(-1, 784)", 0);
        npy(folder.resolve("pickle.npy"), "'|O'", "(3,)", 100);
        npy(folder.resolve("code.npy"), "__import__('os').system('x')", "(3,)", 100);
        npy(folder.resolve("sparse.npy"), "'<f4'", "(1000000000, 784)", 4L << 30);
        Files.write(
                folder.resolve("header.npy"), new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, -1, -1, -1, 127});
        npzBomb(folder.resolve("bomb.npz"));
        Files.write(folder.resolve("no-directory.npz"), "PK\3\4".getBytes(StandardCharsets.US_ASCII));
        Files.write(folder.resolve("many.npz"), manyMembers());
        idx(folder.resolve("promises-idx3-ubyte"), Integer.MAX_VALUE, 28, 28);
        idx(folder.resolve("overflow-idx3-ubyte"), Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);
        idx(folder.resolve("negative-idx3-ubyte"), -1, 28, 28);
        gzip(folder.resolve("bomb-idx3-ubyte.gz"));
        picture(folder.resolve("promises/a.png"), 65_535, 65_535);
        picture(folder.resolve("overflow/a.png"), Integer.MAX_VALUE, Integer.MAX_VALUE);
        Files.write(Files.createDirectories(folder.resolve("cut")).resolve("a.png"), cutPng());
        Files.writeString(folder.resolve("one-line.csv"), "1,".repeat(20 << 20));
        Files.writeString(folder.resolve("one-field.csv"), "1".repeat(40 << 20));
        Files.writeString(folder.resolve("open-quote.csv"), "a\n\"" + "1\n".repeat(10 << 20));
        Files.write(folder.resolve("promises.wav"), wav(16, -1));
        Files.write(folder.resolve("channels.wav"), wav(24, Integer.MAX_VALUE));
        Files.write(folder.resolve("promises.mat"), mat(Integer.MAX_VALUE, Integer.MAX_VALUE));
        Files.write(folder.resolve("negative.mat"), mat(-1, -1));
        hdf5(folder);
        Files.writeString(folder.resolve("deep.json"), "[".repeat(10 << 20));
        Files.writeString(folder.resolve("deep.jsonl"), "{\"a\":".repeat(2 << 20));
        Files.writeString(folder.resolve("long-key.jsonl"), "{\"" + "a".repeat(20 << 20));
        Files.writeString(folder.resolve("wide.arff"), "@attribute a numeric\n".repeat(1_000_000) + "@data\n");
        Files.writeString(folder.resolve("one-line.arff"), "@attribute a " + "x".repeat(20 << 20));
        Files.writeString(folder.resolve("one-line.ts"), "@data\n" + "1,".repeat(20 << 20));
        Files.write(folder.resolve("zeros.csv"), new byte[16 << 20]);
        longTexts(folder);
        // A list of 2^31 - 1 structures, a name of as many bytes, and a footer of 4 GB.
        Files.write(folder.resolve("list.parquet"), parquet(7, 0x15, 2, 0x19, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 7));
        Files.write(folder.resolve("name.parquet"), parquet(8, 0x19, 0x1C, 0x48, 0xFF, 0xFF, 0xFF, 0xFF, 7, 0));
        Files.write(folder.resolve("footer.parquet"), parquet(-1, 0));
        Files.write(folder.resolve("deep.parquet"), deepParquet());
        Files.writeString(
                folder.resolve("promises.hea"), "promises 4000 360 2000000000\n" + "promises.dat 16\n".repeat(4000));
        Files.write(folder.resolve("promises.dat"), new byte[100]);
        Files.writeString(folder.resolve("marks.hea"), "marks 1 360\npromises.dat 16\n");
        byte[] steps = new byte[20 << 20];
        Arrays.fill(steps, (byte) 0xEC);
        Files.write(folder.resolve("marks.atr"), steps);
    }

    /** What stands in messages, much longer than those may be. */
    private static void longTexts(Path folder) throws IOException {
        String text = "x".repeat(1 << 20);
        Files.writeString(folder.resolve("value.ts"), "@data\n1,2," + text + "\n");
        Files.writeString(folder.resolve("colons.ts"), "@data\n1:2\n" + ":".repeat(1 << 19) + "\n");
        Files.writeString(folder.resolve("class.ts"), "@classLabel true\n@data\n1,2:" + text + "\n");
        Files.writeString(folder.resolve("name.arff"), "@attribute " + text + " numeric\n@data\nx\n");
        Files.writeString(folder.resolve("type.arff"), "@attribute a " + text + "\n@data\n1\n");
        Files.writeString(folder.resolve("value.arff"), "@attribute a numeric\n@data\n" + text + "\n");
        Files.writeString(folder.resolve("value.jsonl"), "{\"" + text + "\":\"" + text + "\"}\n");
        Files.writeString(folder.resolve("names.csv"), (text + ",").repeat(3) + "a\n1,2,3,x\n");
    }

    private static void npy(Path file, String type, String shape, long length) throws IOException {
        String header = "{'descr': " + type + ", 'fortran_order': False, 'shape': " + shape + ", }\n";
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
        bytes.write(header.length());
        bytes.write(0);
        bytes.writeBytes(header.getBytes(StandardCharsets.US_ASCII));
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(bytes.toByteArray());
            out.setLength(bytes.size() + length);
        }
    }

    /** 2^32 - 1 bytes of frames, and another size of the format or of the channels. */
    private static byte[] wav(int bits, int rate) {
        ByteBuffer wav = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
        wav.putInt(0x46464952).putInt(-1).putInt(0x45564157).putInt(0x20746d66).putInt(16);
        wav.putShort((short) 1)
                .putShort((short) 2)
                .putInt(rate)
                .putInt(rate)
                .putShort((short) 4)
                .putShort((short) bits);
        return wav.putInt(0x61746164).putInt(-1).array();
    }

    /** A Parquet file that is a footer alone. */
    private static byte[] parquet(int length, int... footer) {
        ByteBuffer file = ByteBuffer.allocate(12 + footer.length).order(ByteOrder.LITTLE_ENDIAN);
        file.put("PAR1".getBytes(StandardCharsets.US_ASCII));
        for (int octet : footer) {
            file.put((byte) octet);
        }
        return file.putInt(length)
                .put("PAR1".getBytes(StandardCharsets.US_ASCII))
                .array();
    }

    /** A footer of a million structures within each other. */
    private static byte[] deepParquet() {
        int[] footer = new int[1 << 20];
        Arrays.fill(footer, 0x1C);
        return parquet(footer.length, footer);
    }

    /** A MAT file with a matrix of so many rows and columns, and one number. */
    private static byte[] mat(int rows, int columns) {
        ByteBuffer mat = ByteBuffer.allocate(128 + 8 + 64).order(ByteOrder.LITTLE_ENDIAN);
        mat.put("MATLAB 5.0 MAT-file".getBytes(StandardCharsets.US_ASCII)).position(124);
        mat.putShort((short) 0x100).putShort((short) 0x4d49).putInt(14).putInt(64);
        mat.putInt(6).putInt(8).putLong(6).putInt(5).putInt(8).putInt(rows).putInt(columns);
        return mat.putInt(1)
                .putInt(1)
                .putLong('x')
                .putInt(9)
                .putInt(-1)
                .putDouble(1)
                .array();
    }

    private static void npzBomb(Path file) throws IOException {
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
            out.putNextEntry(new ZipEntry("x.npy"));
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 500; i++) {
                out.write(zeros);
            }
        }
    }

    /** The end of a zip whose directory has 4 billion members. */
    private static byte[] manyMembers() {
        ByteBuffer end = ByteBuffer.allocate(4 + 56 + 20 + 22).order(ByteOrder.LITTLE_ENDIAN);
        end.put(new byte[] {'P', 'K', 3, 4});
        end.putInt(0x06064b50)
                .putLong(44)
                .putInt(0)
                .putLong(0)
                .putLong(1L << 32)
                .putLong(1L << 32)
                .putLong(1L << 40)
                .putLong(4);
        end.putInt(0x07064b50).putInt(0).putLong(4).putInt(1);
        end.putInt(0x06054b50).putLong(-1).putLong(-1).putShort((short) 0);
        return end.array();
    }

    private static void idx(Path file, int... dimensions) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(4 + 4 * dimensions.length);
        header.put(new byte[] {0, 0, 8, (byte) dimensions.length});
        for (int dimension : dimensions) {
            header.putInt(dimension);
        }
        Files.write(file, header.array());
    }

    private static void gzip(Path file) throws IOException {
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(new byte[] {0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 28});
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 500; i++) {
                out.write(zeros);
            }
        }
    }

    /** A PNG whose header says how large it is, and nothing behind it. */
    private static void picture(Path file, int width, int height) throws IOException {
        ByteBuffer png = ByteBuffer.allocate(8 + 25);
        png.put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'}).putInt(13);
        int from = png.position();
        png.put("IHDR".getBytes(StandardCharsets.US_ASCII)).putInt(width).putInt(height);
        png.put(new byte[] {8, 0, 0, 0, 0});
        CRC32 checksum = new CRC32();
        checksum.update(png.array(), from, png.position() - from);
        png.putInt((int) checksum.getValue());
        Files.createDirectories(file.getParent());
        Files.write(file, png.array());
    }

    private static byte[] cutPng() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY), "png", bytes);
        return Arrays.copyOf(bytes.toByteArray(), bytes.size() / 2);
    }
}

package dev.hourglass.cli;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** Model files that somebody made to do harm, made anew: most are large, or large when unpacked. */
final class HostileModels {
    /** HDF5 files by h5py, right in themselves, that follow links, name other files or use what is refused. */
    private static final Path HDF5 = Path.of("../core/src/test/resources/hdf5");

    private static final int MEGABYTE = 1 << 20;
    private static final String CONFIG = "config.json";
    private static final String METADATA = "metadata.json";
    private static final String WEIGHTS = "model.weights.h5";

    private final Path folder;
    private final byte[] goodH5;
    private final String config;
    private final byte[] metadata;
    private final byte[] weights;

    private HostileModels(Path folder, Path goodKeras, Path goodH5) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.goodH5 = Files.readAllBytes(goodH5);
        try (ZipFile zip = new ZipFile(goodKeras.toFile())) {
            config = new String(member(zip, CONFIG), StandardCharsets.UTF_8);
            metadata = member(zip, METADATA);
            weights = member(zip, WEIGHTS);
        }
    }

    private static byte[] member(ZipFile zip, String name) throws IOException {
        return zip.getInputStream(zip.getEntry(name)).readAllBytes();
    }

    /**
     * @param goodKeras a model to start from
     * @param goodH5 the same
     */
    static void write(Path folder, Path goodKeras, Path goodH5) throws IOException {
        HostileModels models = new HostileModels(folder, goodKeras, goodH5);
        models.writeHdf5();
        models.writeZips();
        models.writeJson();
        models.writeConfigurations();
        HostileOnnx.write(models.folder);
        HostileArchitectures.write(models.folder, goodH5.resolveSibling(HostileRun.WEIGHTS));
    }

    private void writeHdf5() throws IOException {
        try (Stream<Path> files = Files.list(HDF5.resolve("hostile"))) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                Files.copy(file, folder.resolve(name));
                keras("in-zip-" + name.replace(".h5", ".keras"), config, Files.readAllBytes(file));
            }
        }
        Files.write(folder.resolve("cut.h5"), Arrays.copyOf(goodH5, goodH5.length - 1000));
        byte[] head = Files.readAllBytes(HDF5.resolve("hostile-sparse.head"));
        sparse("sparse-400MB.h5", head, 400_065_536L);
        sparse("sparse-4GB.h5", head, 4L << 30);
        sparse("shape-without-bytes.h5", head, head.length);
        sparse("shape-2^31.h5", withShape(head, 1L << 31), 400_065_536L);
        sparse("shape-2^62.h5", withShape(head, 1L << 62), 400_065_536L);
        sparse("shape-negative.h5", withShape(head, -1), 400_065_536L);
        sparse("zeros.h5", Arrays.copyOf(head, 8), 1L << 30);
    }

    /** The eight data sets of the sparse file have 12,500,000 values each. */
    private static byte[] withShape(byte[] head, long values) {
        ByteBuffer changed = ByteBuffer.wrap(head.clone()).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at + Long.BYTES <= head.length; at++) {
            if (changed.getLong(at) == 12_500_000) {
                changed.putLong(at, values);
            }
        }
        return changed.array();
    }

    private void writeZips() throws IOException {
        zip("bomb-config.keras", zip -> deflateZeros(zip, CONFIG, 200));
        zip("bomb-weights.keras", zip -> {
            store(zip, CONFIG, config.getBytes(StandardCharsets.UTF_8));
            deflateZeros(zip, WEIGHTS, 1000);
        });
        zip("bomb-other-member.keras", zip -> {
            store(zip, CONFIG, config.getBytes(StandardCharsets.UTF_8));
            store(zip, WEIGHTS, weights);
            deflateZeros(zip, "assets/zeros", 200);
        });
        zip("many-members.keras", zip -> {
            for (int i = 0; i < 60_000; i++) {
                store(zip, "m" + i, new byte[0]);
            }
        });
        int slips = 0;
        for (String name : List.of("../slip", "/etc/slip", "a\\slip", "C:slip", "a/../../slip")) {
            zip("slip-" + slips++ + ".keras", zip -> store(zip, name, new byte[1]));
        }
        twice();
        zip("empty.keras", zip -> store(zip, "x", new byte[0]));
        byte[] whole = Files.readAllBytes(keras("cut.keras", config, weights));
        Files.write(folder.resolve("cut.keras"), Arrays.copyOf(whole, whole.length - 10));
        Files.write(folder.resolve("no-model.keras"), "import os".getBytes(StandardCharsets.UTF_8));
        Files.write(folder.resolve("nothing.h5"), new byte[0]);
        sparseZip("sparse-2GB.keras", CONFIG, Integer.MAX_VALUE - 1000L);
        sparseZip("sparse-2GB-weights.keras", WEIGHTS, Integer.MAX_VALUE - 1000L);
        sparseZip("sparse-180MB-weights.keras", WEIGHTS, 180L * MEGABYTE);
    }

    private void writeJson() throws IOException {
        json("deep-lists", "[".repeat(MEGABYTE));
        json("deep-objects", "{\"a\":".repeat(200_000));
        json("deep-layers", config.replace("\"layers\":[", "\"layers\":" + "[".repeat(90)));
        json("wide", "[" + "0,".repeat(4 * MEGABYTE) + "0]");
        json("long-text", "\"" + "x".repeat(40 * MEGABYTE) + "\"");
        json("long-name", "{\"" + "x".repeat(5 * MEGABYTE) + "\":1}");
        json("long-number", "{\"a\":" + "9".repeat(MEGABYTE) + "}");
        json("member-twice", config.replaceFirst("\\{", "{\"class_name\":\"Sequential\","));
        json("no-utf8", "\uDC00");
        json("nothing", "");
        json("other-type", "[1]");
    }

    /** Each changes one thing in the good model's configuration. */
    private void writeConfigurations() throws IOException {
        String conv = "\"module\":\"keras.layers\",\"class_name\":\"Conv2D\"";
        variants(
                "class",
                conv,
                List.of(
                        "\"module\":\"keras.layers\",\"class_name\":\"Lambda\"",
                        "\"module\":\"keras.layers\",\"class_name\":\"os.system\"",
                        "\"module\":\"keras.layers\",\"class_name\":\"Mine\",\"registered_name\":\"custom>Mine\"",
                        conv + ",\"registered_name\":\"custom>Conv2D\"",
                        "\"module\":\"builtins\",\"class_name\":\"function\"",
                        "\"module\":\"os\",\"class_name\":\"Conv2D\"",
                        "\"module\":\"keras.layers.evil\",\"class_name\":\"Conv2D\"",
                        "\"module\":\"keras.layers\",\"class_name\":null"));
        variants(
                "filters",
                "\"filters\":16",
                Stream.of("2147483647", "99999999999999999999", "1e300", "-1", "0", "1.5", "\"16\"", "null", "[]")
                        .map(value -> "\"filters\":" + value)
                        .toList());
        variants(
                "input",
                "\"batch_shape\":[null,28,28,1]",
                Stream.of(
                                "[null,2147483647,2147483647,2147483647]",
                                "[null,65536,65536,1]",
                                "[null,20000,20000,1]",
                                "[null,-1,-1,1]",
                                "[null,28,28]",
                                "[]")
                        .map(value -> "\"batch_shape\":" + value)
                        .toList());
        variants("kernel", "\"kernel_size\":[3,3]", List.of("\"kernel_size\":[2147483647,2147483647]"));
        variants("strides", "\"strides\":[1,1]", List.of("\"strides\":[0,0]", "\"strides\":[-1,1]"));
        variants(
                "activation",
                "\"activation\":\"relu\"",
                List.of("\"activation\":{\"module\":\"builtins\","
                        + "\"class_name\":\"function\",\"config\":\"exec\",\"registered_name\":\"function\"}"));
        variants(
                "growing",
                "\"size\":[2,2]",
                Stream.of("[2147483647,2147483647]", "[10000,10000]", "[900,900]", "[200,200]")
                        .map(value -> "\"size\":" + value)
                        .toList());
    }

    private void variants(String name, String from, List<String> replacements) throws IOException {
        int at = config.indexOf(from);
        if (at < 0) {
            throw new IllegalStateException("The good model's configuration has no " + from);
        }
        for (int i = 0; i < replacements.size(); i++) {
            String changed = config.substring(0, at) + replacements.get(i) + config.substring(at + from.length());
            json(name + "-" + i, changed);
        }
    }

    /** Without a note of ours, which would not fit to the layers any more. */
    private void json(String name, String json) throws IOException {
        zip("json-" + name + ".keras", zip -> {
            store(zip, CONFIG, json.getBytes(StandardCharsets.UTF_8));
            store(zip, WEIGHTS, weights);
        });
    }

    private Path keras(String name, String json, byte[] hdf5) throws IOException {
        return zip(name, zip -> {
            store(zip, METADATA, metadata);
            store(zip, CONFIG, json.getBytes(StandardCharsets.UTF_8));
            store(zip, WEIGHTS, hdf5);
        });
    }

    private interface Members {
        void writeTo(ZipOutputStream zip) throws IOException;
    }

    private Path zip(String name, Members members) throws IOException {
        Path file = folder.resolve(name);
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            members.writeTo(zip);
        }
        return file;
    }

    private static void store(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        // Level 0 keeps every byte, so that nothing is refused for its expansion.
        zip.setLevel(0);
        zip.putNextEntry(new ZipEntry(name));
        zip.write(bytes);
        zip.closeEntry();
    }

    private static void deflateZeros(ZipOutputStream zip, String name, int megabytes) throws IOException {
        zip.setLevel(9);
        zip.putNextEntry(new ZipEntry(name));
        byte[] zeros = new byte[MEGABYTE];
        for (int i = 0; i < megabytes; i++) {
            zip.write(zeros);
        }
        zip.closeEntry();
    }

    /** The platform's writer refuses the second of two members, so its name is changed afterwards. */
    private void twice() throws IOException {
        Path file = zip("twice.keras", zip -> {
            store(zip, CONFIG, config.getBytes(StandardCharsets.UTF_8));
            store(zip, "konfig.json", new byte[1]);
        });
        String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
        Files.writeString(file, bytes.replace("konfig.json", CONFIG), StandardCharsets.ISO_8859_1);
    }

    private void sparse(String name, byte[] head, long length) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(folder.resolve(name).toFile(), "rw")) {
            file.write(head);
            file.setLength(length);
        }
    }

    /** Members as {@link #keras} has them, one of them with many zeros instead, stored as they are in a sparse file. */
    private void sparseZip(String name, String member, long zeros) throws IOException {
        byte[] small = Files.readAllBytes(zip(name, zip -> {
            if (!member.equals(CONFIG)) {
                store(zip, CONFIG, config.getBytes(StandardCharsets.UTF_8));
            }
        }));
        int directory = small.length - 22;
        try (RandomAccessFile file = new RandomAccessFile(folder.resolve(name).toFile(), "rw")) {
            ByteBuffer end = ByteBuffer.wrap(small, directory, 22).slice().order(ByteOrder.LITTLE_ENDIAN);
            int members = end.getShort(10);
            int oldBytes = end.getInt(12);
            int oldStart = end.getInt(16);
            byte[] path = member.getBytes(StandardCharsets.UTF_8);
            file.seek(oldStart);
            file.write(header(0x04034b50, zeros, path).array());
            long start = file.getFilePointer() + zeros;
            file.seek(start);
            file.write(small, oldStart, oldBytes);
            file.write(header(0x02014b50, zeros, path).putInt(42, oldStart).array());
            end.putShort(8, (short) (members + 1)).putShort(10, (short) (members + 1));
            end.putInt(12, (int) (file.getFilePointer() - start)).putInt(16, (int) start);
            file.write(small, directory, 22);
        }
    }

    /** Of a stored member: before its bytes (30 bytes and the path) or in the directory (46 bytes and the path). */
    private static ByteBuffer header(int signature, long size, byte[] path) {
        boolean inDirectory = signature == 0x02014b50;
        int fixed = inDirectory ? 46 : 30;
        ByteBuffer header = ByteBuffer.allocate(fixed + path.length).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(0, signature);
        int sizes = inDirectory ? 20 : 18;
        header.putInt(sizes, (int) size).putInt(sizes + 4, (int) size).putShort(sizes + 8, (short) path.length);
        header.put(fixed, path);
        return header;
    }
}

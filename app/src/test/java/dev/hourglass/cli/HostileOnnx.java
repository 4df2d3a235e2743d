package dev.hourglass.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** ONNX files that somebody made to do harm; the numbers of fields are those of {@code onnx.proto}. */
final class HostileOnnx {
    private static final int FLOAT = 1;
    private static final int INT64 = 7;

    private final Path folder;

    private HostileOnnx(Path folder) {
        this.folder = folder;
    }

    static void write(Path folder) throws IOException {
        HostileOnnx files = new HostileOnnx(folder);
        files.writeBytes();
        files.writeTensors();
        files.writeGraphs();
        files.writeExternalData();
    }

    private void writeBytes() throws IOException {
        byte[] good = model(node("MatMul", "x", "w"), weights(new long[] {4, 4}, new byte[64]));
        file("cut", Arrays.copyOf(good, good.length - 30));
        file("nothing", new byte[0]);
        file("text", "import os".getBytes(StandardCharsets.UTF_8));
        file("length-2^31", new byte[] {0x08, 0x08, 0x3a, -1, -1, -1, -1, 0x07});
        file("length-2^63", new byte[] {0x08, 0x08, 0x3a, -1, -1, -1, -1, -1, -1, -1, -1, 0x7f});
        file("endless-number", new byte[] {0x08, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1});
        file("group", new byte[] {0x08, 0x08, 0x0b});
        file("no-graph", new byte[] {0x08, 0x08});
        file("many-nodes", model(new byte[][] {repeated(new byte[] {0x0a, 0}, 4_000_000)}));
        file("many-attributes", model(message(1, repeated(new byte[] {0x2a, 0}, 4_000_000))));
        file("long-name", model(message(1, text(4, "x".repeat(40 << 20)))));
        try (RandomAccessFile zeros =
                new RandomAccessFile(folder.resolve("zeros.onnx").toFile(), "rw")) {
            zeros.setLength(1L << 30);
        }
    }

    private void writeTensors() throws IOException {
        byte[] product = node("MatMul", "x", "w");
        long[][] shapes = {{1L << 31, 4}, {1L << 62, 4}, {-1, 4}, {4, 5}, {0, 4}, {1 << 20, 1 << 20}};
        for (long[] shape : shapes) {
            file("shape-" + shape[0] + "-" + shape[1], model(product, weights(shape, new byte[64])));
        }
        file("type-99", model(product, tensor("w", 99, new long[] {4, 4}, message(9, new byte[64]))));
        byte[] ones = message(4, new byte[3]);
        file("typed-cut", model(product, tensor("w", FLOAT, new long[] {4, 4}, ones)));
        file("typed-none", model(product, tensor("w", FLOAT, new long[] {4, 4}, new byte[0])));
    }

    private void writeGraphs() throws IOException {
        byte[] dense = weights(new long[] {4, 4}, new byte[64]);
        file("circle", model(node("Relu", "y", ""), dense));
        file("reads-nothing", model(node("Relu", "z", ""), dense));
        for (String operator : List.of("If", "Loop", "Scan", "QuantizeLinear", "NonMaxSuppression", "Einsum")) {
            file("operator-" + operator, model(node(operator, "x", ""), dense));
        }
        byte[] custom = join(text(1, "x"), text(2, "y"), text(4, "Relu"), text(7, "evil.com"));
        file("domain", model(message(1, custom), dense));
        byte[] large = numbers("s", 1L << 15, 1L << 15);
        file("constant-4GB", model(join(between("ConstantOfShape", "s", "", "t"), node("MatMul", "x", "t")), large));
        byte[] grows = between("Expand", "w", "s", "t");
        file("expand-4GB", model(join(grows, node("MatMul", "x", "t")), join(dense, numbers("s", 1 << 15, 4, 4))));
        file(
                "tile-2^40",
                model(
                        join(between("Tile", "w", "s", "t"), node("MatMul", "x", "t")),
                        join(dense, numbers("s", 1 << 20, 1 << 20))));
        file("reshape-2^62", model(node("Reshape", "x", "s"), numbers("s", 1L << 62, 4)));
        file(
                "repeat-2^40",
                model(
                        join(unsqueeze(), between("Tile", "u", "s", "t"), node("Relu", "t", "")),
                        numbers("s", 1, 1L << 40, 1)));
        byte[] relu = between("Relu", "x", "", "t");
        file("given-twice", model(join(relu, between("Tanh", "x", "", "t"), node("MatMul", "t", "w")), dense));
        file("stored-twice", model(node("MatMul", "x", "w"), join(dense, dense)));
        file("given-and-stored", model(join(between("Relu", "x", "", "w"), node("MatMul", "x", "w")), dense));
        file("pad--2^63", model(node("Pad", "x", "s"), numbers("s", 0, Long.MIN_VALUE, 0, Long.MIN_VALUE)));
        file("scaled-by-infinity", model(node("Mul", "x", "w"), weights(new long[0], infinity())));
        file("batch-in-features", model(node("Reshape", "x", "s"), numbers("s", -1, 2)));
        file("many-layers", model(chain("x", "Softmax", "", 50_000)));
        file("concat-2^60", model(chain("x", "Concat", "", 60)));
        byte[] wider = tensor("v", FLOAT, new long[] {4, 1000}, message(9, new byte[16_000]));
        byte[] wide = weights(new long[] {1000, 1000}, new byte[4_000_000]);
        file(
                "shared-weights",
                model(join(between("MatMul", "x", "v", "u"), chain("u", "MatMul", "w", 3000)), join(wider, wide)));
        file(
                "operators-3",
                join(
                        new byte[] {0x08, 3},
                        message(7, graphOf(node("Relu", "x", ""), dense)),
                        message(8, number(2, 3))));
    }

    private void writeExternalData() throws IOException {
        for (String location : List.of(
                "../good.h5",
                "/etc/passwd",
                "none.data",
                "",
                "a\\b",
                "\0",
                "hostile-circle.onnx",
                ".",
                "x".repeat(300))) {
            byte[] entry = join(text(1, "location"), text(2, location));
            byte[] external = join(message(13, entry), number(14, 1));
            byte[] weights = tensor("w", FLOAT, new long[] {4, 4}, external);
            file(
                    "external-" + location.length() + Integer.toHexString(location.hashCode()),
                    model(node("MatMul", "x", "w"), weights));
        }
    }

    private void file(String name, byte[] bytes) throws IOException {
        Files.write(folder.resolve("hostile-" + name + ".onnx"), bytes);
    }

    // --- ONNX's messages ---

    private static byte[] model(byte[]... graph) {
        return join(new byte[] {0x08, 0x08}, message(7, graphOf(graph)), message(8, number(2, 17)));
    }

    private static byte[] graphOf(byte[]... parts) {
        byte[] shape = join(message(1, text(2, "batch")), message(1, number(1, 4)));
        byte[] type = message(2, message(1, join(number(1, FLOAT), message(2, shape))));
        return join(join(parts), message(11, join(text(1, "x"), type)), message(12, text(1, "y")));
    }

    private static byte[] node(String operator, String input, String other) {
        return between(operator, input, other, "y");
    }

    private static byte[] between(String operator, String input, String other, String output) {
        byte[] second = other.isEmpty() ? new byte[0] : text(1, other);
        return message(1, join(text(1, input), second, text(2, output), text(4, operator)));
    }

    /** Nodes one after the other; those that merge read the one before twice. */
    private static byte[] chain(String first, String operator, String other, int times) {
        ByteArrayOutputStream nodes = new ByteArrayOutputStream();
        for (int i = 0; i < times; i++) {
            String before = i == 0 ? first : "t" + (i - 1);
            byte[] second = operator.equals("Concat")
                    ? join(text(1, before), message(5, join(text(1, "axis"), number(3, 1), number(20, 2))))
                    : other.isEmpty() ? new byte[0] : text(1, other);
            String output = i == times - 1 ? "y" : "t" + i;
            nodes.writeBytes(message(1, join(text(1, before), second, text(2, output), text(4, operator))));
        }
        return nodes.toByteArray();
    }

    private static byte[] infinity() {
        return ByteBuffer.allocate(Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(Float.POSITIVE_INFINITY)
                .array();
    }

    /** {@code x} as {@code [batch, 1, 4]}. */
    private static byte[] unsqueeze() {
        byte[] axes = join(text(1, "axes"), number(8, 1), number(20, 7));
        return message(1, join(text(1, "x"), text(2, "u"), text(4, "Unsqueeze"), message(5, axes)));
    }

    private static byte[] weights(long[] shape, byte[] bytes) {
        return tensor("w", FLOAT, shape, message(9, bytes));
    }

    private static byte[] numbers(String name, long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return tensor(name, INT64, new long[] {values.length}, message(9, bytes.array()));
    }

    private static byte[] tensor(String name, int type, long[] shape, byte[] data) {
        byte[] dimensions = new byte[0];
        for (long dimension : shape) {
            dimensions = join(dimensions, number(1, dimension));
        }
        return message(5, join(dimensions, number(2, type), text(8, name), data));
    }

    // --- Protocol Buffers ---

    private static byte[] text(int field, String text) {
        return message(field, text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] message(int field, byte[] bytes) {
        return join(varint(((long) field << 3) | 2), varint(bytes.length), bytes);
    }

    private static byte[] number(int field, long value) {
        return join(varint((long) field << 3), varint(value));
    }

    private static byte[] varint(long value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes.write((int) (rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        bytes.write((int) rest);
        return bytes.toByteArray();
    }

    private static byte[] repeated(byte[] bytes, int times) {
        byte[] all = new byte[bytes.length * times];
        for (int i = 0; i < all.length; i++) {
            all[i] = bytes[i % bytes.length];
        }
        return all;
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}

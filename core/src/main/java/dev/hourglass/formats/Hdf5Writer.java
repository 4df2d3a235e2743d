package dev.hourglass.formats;

import dev.hourglass.formats.Hdf5Dataset.Values;
import dev.hourglass.formats.Hdf5Dataset.WholeType;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Lays out a tree as an HDF5 file: superblock 2, an object header 2 for each group and data set with links and
 * attributes inside, contiguous values, text of variable length in a global heap. HDF5 1.8 and newer reads it.
 *
 * <p>What is pointed to is laid out before what points to it, so one walk gives every address. Only headers and text
 * are built in memory; values are streamed from their arrays when the file is written.
 */
final class Hdf5Writer {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    private static final int SUPERBLOCK_BYTES = 48;
    private static final int FILL_VALUE = 0x05;
    private static final int GROUP_INFO = 0x0A;
    private static final int MAX_MESSAGE = 65_535;
    private static final int UTF8 = 1;

    private final Hdf5Plan plan = new Hdf5Plan();
    private final Hdf5HeapWriter heap = new Hdf5HeapWriter(plan);

    private Hdf5Writer() {}

    /** @throws IllegalArgumentException if something can't be written; it names where */
    static Hdf5Plan plan(Hdf5Group root) {
        Hdf5Writer writer = new Hdf5Writer();
        Hdf5Bytes superblock = new Hdf5Bytes();
        writer.plan.add(SUPERBLOCK_BYTES, superblock);
        long rootAddress = writer.add(root, "");
        writer.heap.close();
        superblock.put(SIGNATURE).put1(2).put1(8).put1(8).put1(0);
        superblock.put8(0).put8(Hdf5Input.UNDEFINED).put8(writer.plan.end()).put8(rootAddress);
        superblock.checksum();
        return writer.plan;
    }

    static int bytes(WholeType type) {
        return switch (type) {
            case INT32 -> Integer.BYTES;
            case INT64 -> Long.BYTES;
        };
    }

    static IllegalArgumentException unwritable(String what) {
        return new IllegalArgumentException("HDF5: can't write " + what + "; write text, integers and float32");
    }

    /** @return the address of the header */
    private long add(Hdf5Node node, String path) {
        Hdf5Bytes messages = switch (node) {
            case Hdf5Group group -> messages(group, path);
            case Hdf5Dataset dataset -> messages(dataset, path);
        };
        Hdf5Bytes header = header(messages);
        return plan.add(header.size(), header);
    }

    private Hdf5Bytes messages(Hdf5Group group, String path) {
        Hdf5Bytes messages = new Hdf5Bytes();
        Hdf5Bytes noHeaps =
                new Hdf5Bytes().put1(0).put1(0).put8(Hdf5Input.UNDEFINED).put8(Hdf5Input.UNDEFINED);
        add(messages, Hdf5Header.LINK_INFO, noHeaps, path);
        add(messages, GROUP_INFO, new Hdf5Bytes().put1(0).put1(0), path);
        group.attributes().forEach((name, value) -> {
            String place = path + "/@" + name;
            add(messages, Hdf5Header.ATTRIBUTE, attribute(name, value, place), place);
        });
        group.children().forEach((name, child) -> {
            String place = path + "/" + name;
            add(messages, Hdf5Header.LINK, link(name, add(child, place)), place);
        });
        return messages;
    }

    private static Hdf5Bytes link(String name, long address) {
        byte[] letters = name.getBytes(StandardCharsets.UTF_8);
        if (letters.length == 0 || name.equals(".") || name.indexOf('/') >= 0 || name.indexOf(0) >= 0) {
            throw unwritable("the name '" + Hdf5Name.shown(name) + "'");
        }
        // Flags: the name's length has 2 bytes (1), its encoding is said (16).
        return new Hdf5Bytes()
                .put1(1)
                .put1(17)
                .put1(UTF8)
                .put2(letters.length)
                .put(letters)
                .put8(address);
    }

    private Hdf5Bytes messages(Hdf5Dataset dataset, String path) {
        Hdf5Bytes type;
        long bytes;
        switch (dataset.values()) {
            case Values.Floats floats -> {
                type = float32();
                bytes = (long) Float.BYTES * floats.values().length;
            }
            case Values.Wholes wholes -> {
                type = whole(bytes(wholes.type()));
                bytes = (long) bytes(wholes.type()) * wholes.values().length;
            }
            case Values.Other other -> throw unwritable(path + " of type " + other.type());
        }
        long address = bytes == 0 ? Hdf5Input.UNDEFINED : plan.add(bytes, dataset.values());
        Hdf5Bytes messages = new Hdf5Bytes();
        add(messages, Hdf5Header.DATASPACE, space(dataset.dimensions()), path);
        add(messages, Hdf5Header.DATATYPE, type, path);
        // Version 3: allocated late, written if set; none is set.
        add(messages, FILL_VALUE, new Hdf5Bytes().put1(3).put1(10), path);
        add(
                messages,
                Hdf5Header.LAYOUT,
                new Hdf5Bytes().put1(3).put1(1).put8(address).put8(bytes),
                path);
        return messages;
    }

    private Hdf5Bytes attribute(String name, Hdf5Attribute attribute, String path) {
        return switch (attribute) {
            case Hdf5Attribute.Text text -> attribute(name, text(), List.of(), heap.add(text.value()));
            case Hdf5Attribute.Texts texts -> {
                Hdf5Bytes elements = new Hdf5Bytes();
                texts.values().forEach(value -> elements.put(heap.add(value)));
                yield attribute(name, text(), List.of(texts.values().size()), elements);
            }
            case Hdf5Attribute.Whole whole ->
                attribute(name, whole(Long.BYTES), List.of(), new Hdf5Bytes().put8(whole.value()));
            case Hdf5Attribute.Other other -> throw unwritable(path + " of type " + other.type());
        };
    }

    private static Hdf5Bytes attribute(String name, Hdf5Bytes type, List<Integer> dimensions, Hdf5Bytes values) {
        byte[] letters = name.getBytes(StandardCharsets.UTF_8);
        Hdf5Bytes space = space(dimensions);
        return new Hdf5Bytes()
                .put1(3)
                .put1(0)
                .put2(letters.length + 1)
                .put2(type.size())
                .put2(space.size())
                .put1(UTF8)
                .put(letters)
                .put1(0)
                .put(type)
                .put(space)
                .put(values);
    }

    private static Hdf5Bytes space(List<Integer> dimensions) {
        Hdf5Bytes space =
                new Hdf5Bytes().put1(2).put1(dimensions.size()).put1(0).put1(dimensions.isEmpty() ? 0 : 1);
        dimensions.forEach(space::put8);
        return space;
    }

    /** IEEE 754: sign at bit 31, 8 bits of exponent at bit 23 with a bias of 127, 23 of mantissa at bit 0. */
    private static Hdf5Bytes float32() {
        return new Hdf5Bytes()
                .put1(0x11)
                .put1(0x20)
                .put1(31)
                .put1(0)
                .put4(4)
                .put2(0)
                .put2(32)
                .put1(23)
                .put1(8)
                .put1(0)
                .put1(23)
                .put4(127);
    }

    private static Hdf5Bytes whole(int size) {
        return new Hdf5Bytes().put1(0x10).put1(8).put2(0).put4(size).put2(0).put2(8 * size);
    }

    /** Text of variable length in UTF-8: a variable-length list of bytes that is marked as text. */
    private static Hdf5Bytes text() {
        Hdf5Bytes unsignedByte =
                new Hdf5Bytes().put1(0x10).put1(0).put2(0).put4(1).put2(0).put2(8);
        return new Hdf5Bytes().put1(0x19).put1(1).put1(UTF8).put1(0).put4(16).put(unsignedByte);
    }

    private static void add(Hdf5Bytes messages, int type, Hdf5Bytes body, String path) {
        if (body.size() > MAX_MESSAGE) {
            throw unwritable("the " + Hdf5Input.count(body.size()) + " bytes of " + path + ", at most "
                    + Hdf5Input.count(MAX_MESSAGE));
        }
        messages.put1(type).put2(body.size()).put1(0).put(body);
    }

    private static Hdf5Bytes header(Hdf5Bytes messages) {
        int widthBits = messages.size() < 1 << 8 ? 0 : messages.size() < 1 << 16 ? 1 : 2;
        Hdf5Bytes header = new Hdf5Bytes()
                .put((byte) 'O', (byte) 'H', (byte) 'D', (byte) 'R')
                .put1(2)
                .put1(widthBits);
        switch (widthBits) {
            case 0 -> header.put1(messages.size());
            case 1 -> header.put2(messages.size());
            default -> header.put4(messages.size());
        }
        return header.put(messages).checksum();
    }
}

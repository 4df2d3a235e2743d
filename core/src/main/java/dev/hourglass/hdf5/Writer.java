package dev.hourglass.hdf5;

import dev.hourglass.hdf5.Dataset.Values;
import dev.hourglass.hdf5.Dataset.WholeType;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Lays out a tree as an HDF5 file: superblock 2, an object header 2 for each group and data set with links and
 * attributes inside, contiguous values, text of variable length in a global heap. HDF5 1.8 and newer reads it.
 *
 * <p>What is pointed to is laid out before what points to it, so one walk gives every address. Only headers and text
 * are built in memory; values are streamed from their arrays when the file is written.
 */
final class Writer {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    private static final int SUPERBLOCK_BYTES = 48;
    private static final int FILL_VALUE = 0x05;
    private static final int GROUP_INFO = 0x0A;
    private static final int MAX_MESSAGE = 65_535;
    private static final int UTF8 = 1;

    private final FilePlan plan = new FilePlan();
    private final HeapWriter heap = new HeapWriter(plan);

    private Writer() {}

    /** @throws IllegalArgumentException if something can't be written; it names where */
    static FilePlan plan(Group root) {
        Writer writer = new Writer();
        Bytes superblock = new Bytes();
        writer.plan.add(SUPERBLOCK_BYTES, superblock);
        long rootAddress = writer.add(root, "");
        writer.heap.close();
        superblock.put(SIGNATURE).put1(2).put1(8).put1(8).put1(0);
        superblock.put8(0).put8(BoundedInput.UNDEFINED).put8(writer.plan.end()).put8(rootAddress);
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
    private long add(Node node, String path) {
        Bytes messages = switch (node) {
            case Group group -> messages(group, path);
            case Dataset dataset -> messages(dataset, path);
        };
        Bytes header = header(messages);
        return plan.add(header.size(), header);
    }

    private Bytes messages(Group group, String path) {
        Bytes messages = new Bytes();
        Bytes noHeaps = new Bytes().put1(0).put1(0).put8(BoundedInput.UNDEFINED).put8(BoundedInput.UNDEFINED);
        add(messages, ObjectHeader.LINK_INFO, noHeaps, path);
        add(messages, GROUP_INFO, new Bytes().put1(0).put1(0), path);
        group.attributes().forEach((name, value) -> {
            String place = path + "/@" + name;
            add(messages, ObjectHeader.ATTRIBUTE, attribute(name, value, place), place);
        });
        group.children().forEach((name, child) -> {
            String place = path + "/" + name;
            add(messages, ObjectHeader.LINK, link(name, add(child, place)), place);
        });
        return messages;
    }

    private static Bytes link(String name, long address) {
        byte[] letters = name.getBytes(StandardCharsets.UTF_8);
        if (letters.length == 0 || name.equals(".") || name.indexOf('/') >= 0 || name.indexOf(0) >= 0) {
            throw unwritable("the name '" + Name.shown(name) + "'");
        }
        // Flags: the name's length has 2 bytes (1), its encoding is said (16).
        return new Bytes()
                .put1(1)
                .put1(17)
                .put1(UTF8)
                .put2(letters.length)
                .put(letters)
                .put8(address);
    }

    private Bytes messages(Dataset dataset, String path) {
        Bytes type;
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
            case Values.Doubles ignored -> throw unwritable(path + " of type float64");
            case Values.Pixels ignored -> throw unwritable(path + " of type uint8");
            case Values.Other other -> throw unwritable(path + " of type " + other.type());
        }
        long address = bytes == 0 ? BoundedInput.UNDEFINED : plan.add(bytes, dataset.values());
        Bytes messages = new Bytes();
        add(messages, ObjectHeader.DATASPACE, space(dataset.dimensions()), path);
        add(messages, ObjectHeader.DATATYPE, type, path);
        // Version 3: allocated late, written if set; none is set.
        add(messages, FILL_VALUE, new Bytes().put1(3).put1(10), path);
        add(
                messages,
                ObjectHeader.LAYOUT,
                new Bytes().put1(3).put1(1).put8(address).put8(bytes),
                path);
        return messages;
    }

    private Bytes attribute(String name, Attribute attribute, String path) {
        return switch (attribute) {
            case Attribute.Text text -> attribute(name, text(), List.of(), heap.add(text.value()));
            case Attribute.Texts texts -> {
                Bytes elements = new Bytes();
                texts.values().forEach(value -> elements.put(heap.add(value)));
                yield attribute(name, text(), List.of(texts.values().size()), elements);
            }
            case Attribute.Whole whole ->
                attribute(name, whole(Long.BYTES), List.of(), new Bytes().put8(whole.value()));
            case Attribute.Other other -> throw unwritable(path + " of type " + other.type());
        };
    }

    private static Bytes attribute(String name, Bytes type, List<Integer> dimensions, Bytes values) {
        byte[] letters = name.getBytes(StandardCharsets.UTF_8);
        Bytes space = space(dimensions);
        return new Bytes()
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

    private static Bytes space(List<Integer> dimensions) {
        Bytes space = new Bytes().put1(2).put1(dimensions.size()).put1(0).put1(dimensions.isEmpty() ? 0 : 1);
        dimensions.forEach(space::put8);
        return space;
    }

    /** IEEE 754: sign at bit 31, 8 bits of exponent at bit 23 with a bias of 127, 23 of mantissa at bit 0. */
    private static Bytes float32() {
        return new Bytes()
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

    private static Bytes whole(int size) {
        return new Bytes().put1(0x10).put1(8).put2(0).put4(size).put2(0).put2(8 * size);
    }

    /** Text of variable length in UTF-8: a variable-length list of bytes that is marked as text. */
    private static Bytes text() {
        Bytes unsignedByte =
                new Bytes().put1(0x10).put1(0).put2(0).put4(1).put2(0).put2(8);
        return new Bytes().put1(0x19).put1(1).put1(UTF8).put1(0).put4(16).put(unsignedByte);
    }

    private static void add(Bytes messages, int type, Bytes body, String path) {
        if (body.size() > MAX_MESSAGE) {
            throw unwritable("the " + BoundedInput.count(body.size()) + " bytes of " + path + ", at most "
                    + BoundedInput.count(MAX_MESSAGE));
        }
        messages.put1(type).put2(body.size()).put1(0).put(body);
    }

    private static Bytes header(Bytes messages) {
        int widthBits = messages.size() < 1 << 8 ? 0 : messages.size() < 1 << 16 ? 1 : 2;
        Bytes header = new Bytes()
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

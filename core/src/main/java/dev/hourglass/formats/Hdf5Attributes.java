package dev.hourglass.formats;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Reads a group's attributes. A message has a version, flags, the bytes of name, type and space (2 each), in version 3
 * the name's encoding, then name, type, space and value; in version 1 the first three are filled up to 8 bytes.
 */
record Hdf5Attributes(Hdf5Input input, Hdf5GlobalHeap heap) {
    private static final int SHARED = 3;

    Map<String, Hdf5Attribute> of(Hdf5Header header) {
        header.first(Hdf5Header.ATTRIBUTE_INFO).ifPresent(this::demandCompact);
        Map<String, Hdf5Attribute> attributes = new LinkedHashMap<>();
        for (Hdf5Cursor message : header.all(Hdf5Header.ATTRIBUTE)) {
            read(message, attributes);
        }
        return attributes;
    }

    private void demandCompact(Hdf5Cursor message) {
        long at = message.address();
        message.expect(0, "attribute info version");
        int flags = message.unsignedByte();
        message.skip((flags & 1) == 0 ? 0 : 2);
        if (message.pointer() != Hdf5Input.UNDEFINED) {
            throw input.refuse(
                    at,
                    "attributes in the object's header",
                    "them in a fractal heap, as libver='latest' writes it",
                    Hdf5Input.SAVE_PLAINLY);
        }
    }

    private void read(Hdf5Cursor message, Map<String, Hdf5Attribute> attributes) {
        long at = message.address();
        int version = message.unsignedByte();
        if (version < 1 || version > 3) {
            throw input.refuse(at, "an attribute of version 1 to 3", String.valueOf(version));
        }
        int flags = message.unsignedByte();
        if (version > 1 && (flags & SHARED) != 0) {
            throw input.refuse(at, "an attribute with its own type", "a shared one", Hdf5Input.SAVE_PLAINLY);
        }
        int nameBytes = message.unsignedShort();
        int typeBytes = message.unsignedShort();
        int spaceBytes = message.unsignedShort();
        message.skip(version == 3 ? 1 : 0);
        String name = message.textUpToZero(nameBytes);
        align(message, version);
        Hdf5Type type = Hdf5Type.read(input, message.take(typeBytes));
        align(message, version);
        Hdf5Space space = Hdf5Space.read(input, message.take(spaceBytes));
        align(message, version);
        Hdf5Cursor values = message.take(bytes(at, type, space));
        if (attributes.put(name, value(type, space, values)) != null) {
            throw input.refuse(at, "a single attribute '" + Hdf5Name.shown(name) + "'", "two");
        }
    }

    private static void align(Hdf5Cursor message, int version) {
        if (version == 1) {
            message.align();
        }
    }

    private long bytes(long at, Hdf5Type type, Hdf5Space space) {
        // Below 2^31 times below 2^32 can't overflow.
        long needed = space.count() * type.size();
        if (needed > input.length()) {
            throw input.refuse(
                    at,
                    "an attribute within the file's " + Hdf5Input.count(input.length()) + " bytes",
                    Hdf5Input.count(needed) + " bytes");
        }
        return needed;
    }

    private Hdf5Attribute value(Hdf5Type type, Hdf5Space space, Hdf5Cursor values) {
        if (space.count() == 0) {
            return new Hdf5Attribute.Texts(List.of());
        }
        return switch (type) {
            case Hdf5Type.FixedText text -> texts(space, () -> fixedText(values, text));
            case Hdf5Type.VariableText ignored -> texts(space, () -> heap.text(values));
            case Hdf5Type.Whole whole -> whole(whole, space, values);
            case Hdf5Type.Floating ignored -> new Hdf5Attribute.Other("float");
            case Hdf5Type.Unread unread -> new Hdf5Attribute.Other(unread.name());
        };
    }

    private static Hdf5Attribute texts(Hdf5Space space, Supplier<String> next) {
        if (space.scalar()) {
            return new Hdf5Attribute.Text(next.get());
        }
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < space.count(); i++) {
            texts.add(next.get());
        }
        return new Hdf5Attribute.Texts(texts);
    }

    private static String fixedText(Hdf5Cursor values, Hdf5Type.FixedText type) {
        String text = values.textUpToZero(type.size());
        return type.blankPadded() ? text.stripTrailing() : text;
    }

    private static Hdf5Attribute whole(Hdf5Type.Whole type, Hdf5Space space, Hdf5Cursor values) {
        if (!space.scalar()) {
            return new Hdf5Attribute.Other("array of integers");
        }
        long[] one = new long[1];
        new Hdf5Numbers.Wholes(type, one).put(values.takeBytes(type.size()), 0, 0, 1);
        return new Hdf5Attribute.Whole(one[0]);
    }
}

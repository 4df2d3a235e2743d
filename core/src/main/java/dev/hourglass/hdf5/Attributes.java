package dev.hourglass.hdf5;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Reads a group's attributes. A message has a version, flags, the bytes of name, type and space (2 each), in version 3
 * the name's encoding, then name, type, space and value; in version 1 the first three are filled up to 8 bytes.
 */
record Attributes(BoundedInput input, GlobalHeap heap) {
    private static final int SHARED = 3;

    Map<String, Attribute> of(ObjectHeader header) {
        header.first(ObjectHeader.ATTRIBUTE_INFO).ifPresent(this::demandCompact);
        Map<String, Attribute> attributes = new LinkedHashMap<>();
        for (Cursor message : header.all(ObjectHeader.ATTRIBUTE)) {
            read(message, attributes);
        }
        return attributes;
    }

    private void demandCompact(Cursor message) {
        long at = message.address();
        message.expect(0, "attribute info version");
        int flags = message.unsignedByte();
        message.skip((flags & 1) == 0 ? 0 : 2);
        if (message.pointer() != BoundedInput.UNDEFINED) {
            throw input.refuse(
                    at,
                    "attributes in the object's header",
                    "them in a fractal heap, as libver='latest' writes it",
                    BoundedInput.SAVE_PLAINLY);
        }
    }

    private void read(Cursor message, Map<String, Attribute> attributes) {
        long at = message.address();
        int version = message.unsignedByte();
        if (version < 1 || version > 3) {
            throw input.refuse(at, "an attribute of version 1 to 3", String.valueOf(version));
        }
        int flags = message.unsignedByte();
        if (version > 1 && (flags & SHARED) != 0) {
            throw input.refuse(at, "an attribute with its own type", "a shared one", BoundedInput.SAVE_PLAINLY);
        }
        int nameBytes = message.unsignedShort();
        int typeBytes = message.unsignedShort();
        int spaceBytes = message.unsignedShort();
        message.skip(version == 3 ? 1 : 0);
        String name = message.textUpToZero(nameBytes);
        align(message, version);
        Datatype type = Datatype.read(input, message.take(typeBytes));
        align(message, version);
        Dataspace space = Dataspace.read(input, message.take(spaceBytes));
        align(message, version);
        Cursor values = message.take(bytes(at, type, space));
        if (attributes.put(name, value(type, space, values)) != null) {
            throw input.refuse(at, "a single attribute '" + Name.shown(name) + "'", "two");
        }
    }

    private static void align(Cursor message, int version) {
        if (version == 1) {
            message.align();
        }
    }

    private long bytes(long at, Datatype type, Dataspace space) {
        // Below 2^31 times below 2^32 can't overflow.
        long needed = space.count() * type.size();
        if (needed > input.length()) {
            throw input.refuse(
                    at,
                    "an attribute within the file's " + BoundedInput.count(input.length()) + " bytes",
                    BoundedInput.count(needed) + " bytes");
        }
        return needed;
    }

    private Attribute value(Datatype type, Dataspace space, Cursor values) {
        if (space.count() == 0) {
            return new Attribute.Texts(List.of());
        }
        return switch (type) {
            case Datatype.FixedText text -> texts(space, () -> fixedText(values, text));
            case Datatype.VariableText ignored -> texts(space, () -> heap.text(values));
            case Datatype.Whole whole -> whole(whole, space, values);
            case Datatype.Floating ignored -> new Attribute.Other("float");
            case Datatype.Unread unread -> new Attribute.Other(unread.name());
        };
    }

    private static Attribute texts(Dataspace space, Supplier<String> next) {
        if (space.scalar()) {
            return new Attribute.Text(next.get());
        }
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < space.count(); i++) {
            texts.add(next.get());
        }
        return new Attribute.Texts(texts);
    }

    private static String fixedText(Cursor values, Datatype.FixedText type) {
        String text = values.textUpToZero(type.size());
        return type.blankPadded() ? text.stripTrailing() : text;
    }

    private static Attribute whole(Datatype.Whole type, Dataspace space, Cursor values) {
        if (!space.scalar()) {
            return new Attribute.Other("array of integers");
        }
        long[] one = new long[1];
        new Numbers.Wholes(type, one).put(values.takeBytes(type.size()), 0, 0, 1);
        return new Attribute.Whole(one[0]);
    }
}

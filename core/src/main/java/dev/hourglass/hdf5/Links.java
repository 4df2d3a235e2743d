package dev.hourglass.hdf5;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The names in a group and the addresses of what they name. Groups of the older kind keep them in a symbol table (a
 * B-tree of nodes of up to a few names, with the letters in a local heap), those of the newer kind in their header.
 */
final class Links {
    private static final int SOFT = 1;
    private static final int EXTERNAL = 64;
    private static final int CACHED_SOFT_LINK = 2;
    private static final int MAX_NAME_BYTES = 65_535;
    private static final int MAX_LEVELS = 16;

    private final BoundedInput input;
    private final Map<String, Long> links = new LinkedHashMap<>();

    private Links(BoundedInput input) {
        this.input = input;
    }

    static Map<String, Long> of(BoundedInput input, ObjectHeader header) {
        Links links = new Links(input);
        header.first(ObjectHeader.SYMBOL_TABLE).ifPresent(links::addSymbolTable);
        header.first(ObjectHeader.LINK_INFO).ifPresent(links::demandCompact);
        header.all(ObjectHeader.LINK).forEach(links::addLink);
        return links.links;
    }

    private void addSymbolTable(Cursor message) {
        long tree = message.pointer();
        long heap = message.pointer();
        input.visit(heap, "a group's names");
        Cursor header = input.at(heap, 32, "a local heap");
        header.signature("HEAP");
        header.expect(0, "local heap version");
        header.skip(3);
        long length = header.length();
        header.skip(8);
        long letters = header.pointer();
        // A group's names are cut out of this again and again; only what lies in the file is counted as read.
        new BTree(input, 0, "a group's B-tree node", MAX_LEVELS)
                .visitLeaves(tree, 8, (key, child) -> addSymbols(child, letters, length));
    }

    private void addSymbols(long node, long letters, long length) {
        input.visit(node, "a symbol table node");
        Cursor header = input.at(node, 8, "a symbol table node");
        header.signature("SNOD");
        header.expect(1, "symbol table node version");
        header.skip(1);
        int count = header.unsignedShort();
        Cursor entries = input.at(node + 8, 40L * count, "a symbol table node");
        for (int i = 0; i < count; i++) {
            long at = entries.address();
            long nameOffset = entries.length();
            long target = entries.pointer();
            long cached = entries.unsignedInt();
            entries.skip(20);
            if (nameOffset >= length) {
                throw input.refuse(at, "a name within the " + BoundedInput.count(length) + " bytes of names", "none");
            }
            if (cached == CACHED_SOFT_LINK) {
                throw refuseLink(at, "a soft link");
            }
            add(at, name(letters, length, nameOffset), target);
        }
    }

    private String name(long letters, long length, long offset) {
        // At first only as far as most names go, because bytes that were asked for count as read.
        for (long window = 64; ; window *= 16) {
            long available = Math.min(window, length - offset);
            Cursor field = input.at(letters + offset, available, "a group's names");
            long count = field.bytesBeforeZero();
            if (count < available) {
                return field.text(count);
            }
            if (available == length - offset || window > MAX_NAME_BYTES) {
                throw input.refuse(letters + offset, "a name that ends with a zero", "none");
            }
        }
    }

    private void demandCompact(Cursor message) {
        long at = message.address();
        message.expect(0, "link info version");
        int flags = message.unsignedByte();
        message.skip((flags & 1) == 0 ? 0 : 8);
        if (message.pointer() != BoundedInput.UNDEFINED) {
            throw input.refuse(
                    at,
                    "links in a symbol table or in the group's header",
                    "them in a fractal heap, as libver='latest' writes it",
                    BoundedInput.SAVE_PLAINLY);
        }
    }

    private void addLink(Cursor message) {
        long at = message.address();
        message.expect(1, "link version");
        int flags = message.unsignedByte();
        int type = (flags & 8) == 0 ? 0 : message.unsignedByte();
        message.skip(((flags & 4) == 0 ? 0 : 8) + ((flags & 16) == 0 ? 0 : 1));
        String name = message.text(message.unsigned(1 << (flags & 3)));
        switch (type) {
            case 0 -> add(at, name, message.pointer());
            case SOFT -> throw refuseLink(at, "the soft link '" + Name.shown(name) + "'");
            case EXTERNAL -> throw refuseLink(at, "the external link '" + Name.shown(name) + "'");
            default -> throw refuseLink(at, "a link of type " + type);
        }
    }

    private RuntimeException refuseLink(long at, String found) {
        return input.refuse(
                at,
                "links to objects of this file (hard links)",
                found,
                "Copy what it points to into the file; links are not followed.");
    }

    private void add(long at, String name, long target) {
        if (name.isEmpty() || name.indexOf('/') >= 0 || name.equals(".")) {
            throw input.refuse(at, "a name with letters and without slashes", "'" + Name.shown(name) + "'");
        }
        if (links.put(name, target) != null) {
            throw input.refuse(at, "a single '" + Name.shown(name) + "' in a group", "two");
        }
    }
}

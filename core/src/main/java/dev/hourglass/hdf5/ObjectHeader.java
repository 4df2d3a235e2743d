package dev.hourglass.hdf5;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * An object header: the messages that say what an object is. Both versions are read, with their continuations.
 *
 * <pre>
 * version 1   version, 0, messages (2), references (4), bytes of messages (4), 0 (4)
 *   message   type (2), size (2), flags (1), 0 (3), body
 * version 2   "OHDR", 2, flags, [times (16)], [limits (4)], bytes of messages (1, 2, 4 or 8)
 *   message   type (1), size (2), flags (1), [order (2)], body
 *   then      the checksum; a continuation has "OCHK" before its messages and a checksum too
 * </pre>
 *
 * @param address where it lies in the file
 */
record ObjectHeader(long address, List<Message> messages) {
    static final int DATASPACE = 0x01;
    static final int LINK_INFO = 0x02;
    static final int DATATYPE = 0x03;
    static final int LINK = 0x06;
    static final int EXTERNAL_FILES = 0x07;
    static final int LAYOUT = 0x08;
    static final int FILTERS = 0x0B;
    static final int ATTRIBUTE = 0x0C;
    static final int ATTRIBUTE_INFO = 0x15;
    static final int SYMBOL_TABLE = 0x11;

    private static final int CONTINUATION = 0x10;
    private static final int SHARED = 0x02;
    private static final int MAX_MESSAGES = 65_535;

    /** @param body from its first byte on; read at most once */
    record Message(int type, Cursor body) {}

    private record Block(long address, long length) {}

    static ObjectHeader read(BoundedInput input, long address) {
        input.visit(address, "an object");
        Cursor start = input.at(address, 4, "an object header");
        List<Message> messages =
                start.unsignedByte() == 1 ? readVersion1(input, address) : readVersion2(input, address);
        return new ObjectHeader(address, messages);
    }

    Optional<Cursor> first(int type) {
        return messages.stream()
                .filter(message -> message.type == type)
                .findFirst()
                .map(Message::body);
    }

    List<Cursor> all(int type) {
        return messages.stream()
                .filter(message -> message.type == type)
                .map(Message::body)
                .toList();
    }

    /** The header with its first message of a type, so that the others, which may be many, need not be kept. */
    ObjectHeader only(int type) {
        return new ObjectHeader(
                address,
                messages.stream()
                        .filter(message -> message.type == type)
                        .limit(1)
                        .toList());
    }

    boolean has(int type) {
        return messages.stream().anyMatch(message -> message.type == type);
    }

    private static List<Message> readVersion1(BoundedInput input, long address) {
        Cursor prefix = input.at(address, 16, "an object header");
        prefix.skip(2);
        int announced = prefix.unsignedShort();
        prefix.skip(4);
        Deque<Block> blocks = new ArrayDeque<>(List.of(new Block(address + 16, prefix.unsignedInt())));
        List<Message> messages = new ArrayList<>();
        while (!blocks.isEmpty()) {
            Block block = blocks.remove();
            Cursor in = input.at(block.address, block.length, "an object header's messages");
            while (in.remaining() >= 8 && messages.size() < announced) {
                int type = in.unsignedShort();
                int size = in.unsignedShort();
                int flags = in.unsignedByte();
                in.skip(3);
                add(input, messages, blocks, type, flags, in.take(size));
            }
        }
        if (messages.size() != announced) {
            throw input.refuse(address, announced + " messages in an object header", String.valueOf(messages.size()));
        }
        return messages;
    }

    private static List<Message> readVersion2(BoundedInput input, long address) {
        Cursor prefix = input.at(address, Math.min(34, input.length() - address), "an object header");
        prefix.signature("OHDR");
        prefix.expect(2, "object header version");
        int flags = prefix.unsignedByte();
        prefix.skip(((flags & 0x20) == 0 ? 0 : 16) + ((flags & 0x10) == 0 ? 0 : 4));
        long length = prefix.unsigned(1 << (flags & 3));
        int orderBytes = (flags & 4) == 0 ? 0 : 2;
        long prefixLength = prefix.address() - address;

        Deque<Block> blocks = new ArrayDeque<>();
        List<Message> messages = new ArrayList<>();
        Cursor first = checked(input, address, prefixLength, length);
        addVersion2(input, messages, blocks, orderBytes, first);
        while (!blocks.isEmpty()) {
            Block block = blocks.remove();
            if (block.length < 8) {
                throw input.refuse(block.address, "at least 8 bytes of continued header", block.length + "");
            }
            Cursor in = checked(input, block.address, 4, block.length - 8);
            input.at(block.address, 4, "a continued header").signature("OCHK");
            addVersion2(input, messages, blocks, orderBytes, in);
        }
        return messages;
    }

    /** The messages between a prefix and a checksum, which is held against both. */
    private static Cursor checked(BoundedInput input, long address, long prefixLength, long length) {
        if (length > input.length()) {
            throw input.refuse(
                    address,
                    "a header within the file's " + BoundedInput.count(input.length()) + " bytes",
                    BoundedInput.count(length) + " bytes");
        }
        Cursor whole = input.at(address, prefixLength + length + 4, "an object header");
        whole.skip(prefixLength);
        Cursor messages = whole.take(length);
        whole.checksum();
        return messages;
    }

    private static void addVersion2(
            BoundedInput input, List<Message> messages, Deque<Block> blocks, int orderBytes, Cursor in) {
        // What is too short for a message is a gap.
        while (in.remaining() >= 4 + orderBytes) {
            int type = in.unsignedByte();
            int size = in.unsignedShort();
            int flags = in.unsignedByte();
            in.skip(orderBytes);
            add(input, messages, blocks, type, flags, in.take(size));
        }
    }

    private static void add(
            BoundedInput input, List<Message> messages, Deque<Block> blocks, int type, int flags, Cursor body) {
        if ((flags & SHARED) != 0) {
            throw input.refuse(
                    body.address(),
                    "types and shapes that stand where they are used",
                    "one that is shared",
                    BoundedInput.SAVE_PLAINLY);
        }
        if (messages.size() == MAX_MESSAGES) {
            throw input.refuse(body.address(), "at most " + MAX_MESSAGES + " messages in a header", "more");
        }
        messages.add(new Message(type, body));
        if (type == CONTINUATION) {
            long at = body.address();
            Block block = new Block(body.pointer(), body.length());
            if (block.length == 0) {
                throw input.refuse(at, "a continuation that holds something", "0 bytes");
            }
            blocks.add(block);
        }
    }
}

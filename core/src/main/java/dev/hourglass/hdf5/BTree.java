package dev.hourglass.hdf5;

/**
 * Walks a B-tree of version 1, the index of older groups and of chunks:
 *
 * <pre>
 * "TREE", type (1), level (1), children (2), left (8), right (8), key, child (8), key, child, ... key
 * </pre>
 *
 * @param type 0 of a group, 1 of chunks
 * @param node what a node is called in errors
 */
record BTree(BoundedInput input, int type, String node, int maxLevels) {
    /** What is done with each child of the lowest level, in order. */
    @FunctionalInterface
    interface Leaf {
        void visit(Cursor key, long child);
    }

    void visitLeaves(long root, long keyBytes, Leaf leaf) {
        if (root == BoundedInput.UNDEFINED) {
            return;
        }
        visit(root, keyBytes, -1, leaf);
    }

    /** @param expectedLevel -1 at the root, which may have any */
    private void visit(long address, long keyBytes, int expectedLevel, Leaf leaf) {
        input.visit(address, node);
        Cursor header = input.at(address, 24, node);
        header.signature("TREE");
        header.expect(type, "B-tree type");
        int level = header.unsignedByte();
        if (expectedLevel >= 0 ? level != expectedLevel : level >= maxLevels) {
            throw input.refuse(
                    address,
                    expectedLevel >= 0 ? "a node of level " + expectedLevel : "at most " + maxLevels + " levels",
                    "level " + level);
        }
        int children = header.unsignedShort();
        Cursor entries = input.at(address + 24, children * (keyBytes + 8) + keyBytes, node);
        for (int i = 0; i < children; i++) {
            Cursor key = entries.take(keyBytes);
            long child = entries.pointer();
            if (level == 0) {
                leaf.visit(key, child);
            } else {
                visit(child, keyBytes, level - 1, leaf);
            }
        }
    }
}

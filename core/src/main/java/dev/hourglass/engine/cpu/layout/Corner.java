package dev.hourglass.engine.cpu.layout;

/** Where a part begins within an image: its first row, column and channel. */
public record Corner(int row, int column, int channel) {
    /**
     * @param axis of a tensor of rank 1 to 3, counted from 0
     * @param at where the part begins along it
     */
    public static Corner along(int axis, int rank, int at) {
        return switch (rank - axis) {
            case 1 -> new Corner(0, 0, at);
            case 2 -> new Corner(0, at, 0);
            case 3 -> new Corner(at, 0, 0);
            default -> throw new IllegalArgumentException("An image has 3 axes, got axis " + axis + " of " + rank);
        };
    }

    /** The part's place in the grid of the whole; its channels begin {@code channel} floats later. */
    public Layout.Image of(Layout.Image whole, Layout.Image part) {
        return new Layout.Image(
                part.height(),
                part.width(),
                part.channels(),
                whole.channelStride(),
                whole.top() + row,
                whole.left() + column,
                whole.rows(),
                whole.columns());
    }
}

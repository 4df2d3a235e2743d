package dev.hourglass.model;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The orders of axes that lead from channels first to channels last, and back; axes count from 1. */
public final class ChannelOrder {
    private ChannelOrder() {}

    /** {@code [2, 3, 1]} of an image: what comes first goes last. */
    public static List<Integer> toLast(int rank) {
        return toLast(rank, 1);
    }

    /** One axis goes last. */
    public static List<Integer> toLast(int rank, int axis) {
        List<Integer> axes = new ArrayList<>();
        for (int i = 1; i <= rank; i++) {
            if (i != axis) {
                axes.add(i);
            }
        }
        axes.add(axis);
        return axes;
    }

    /**
     * Some axes go last, in their order.
     *
     * @param last counted from 1, or -1 alone for the last
     */
    public static List<Integer> toLast(int rank, List<Integer> last) {
        List<Integer> axes = new ArrayList<>(inOrder(rank));
        if (!last.equals(List.of(-1))) {
            axes.removeAll(last);
            axes.addAll(last);
        }
        return axes;
    }

    /** All as they are: 1, 2, … */
    public static List<Integer> inOrder(int rank) {
        return IntStream.rangeClosed(1, rank).boxed().toList();
    }

    /** {@code [3, 1, 2]} of an image. */
    public static List<Integer> toFirst(int rank) {
        return inverse(toLast(rank));
    }

    /** What undoes an order. */
    public static List<Integer> inverse(List<Integer> axes) {
        List<Integer> back = new ArrayList<>();
        for (int i = 1; i <= axes.size(); i++) {
            back.add(axes.indexOf(i) + 1);
        }
        return back;
    }
}

package dev.hourglass.model;

import java.util.ArrayList;
import java.util.List;

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

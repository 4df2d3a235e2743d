package dev.hourglass.engine.cpu.ops.windows;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.Windows;
import dev.hourglass.engine.plan.Windowing;
import dev.hourglass.model.Size3;
import java.util.ArrayList;
import java.util.List;

/**
 * Which places of the large volume the windows cover, as runs: {@code lengths[i]} places from {@code small[i]} on,
 * {@code smallStep} apart, each have {@code large[i]} and on, {@code largeStep} apart, at place {@code taps[i]} of
 * their window. What is padding is in no run. Taps of a window come in order.
 */
record WindowRuns(int[] small, int[] large, int[] taps, int[] lengths, int smallStep, int largeStep) {
    static WindowRuns of(Windowing w, Layout.Image small, Layout.Image large) {
        List<int[]> runs = new ArrayList<>();
        Size3 places = w.small();
        for (int z = 0; z < places.depth(); z++) {
            for (int y = 0; y < places.height(); y++) {
                for (int tap = 0; tap < w.taps(); tap++) {
                    addRun(w, z, y, tap, small, large, runs);
                }
            }
        }
        return new WindowRuns(
                column(runs, 0),
                column(runs, 1),
                column(runs, 2),
                column(runs, 3),
                small.channelStride(),
                w.stride().width() * large.channelStride());
    }

    private static void addRun(
            Windowing w, int z, int y, int tap, Layout.Image small, Layout.Image large, List<int[]> runs) {
        int area = w.size().height() * w.size().width();
        int dz = tap / area * w.dilation().depth() - w.before().depth();
        int dy = tap % area / w.size().width() * w.dilation().height()
                - w.before().height();
        int dx = tap % w.size().width() * w.dilation().width() - w.before().width();
        int inZ = z * w.stride().depth() + dz;
        int inY = y * w.stride().height() + dy;
        int stride = w.stride().width();
        int first = Windows.firstInside(dx, stride);
        int end = Windows.endInside(dx, stride, w.large().width(), w.small().width());
        if (inZ >= 0 && inZ < w.large().depth() && inY >= 0 && inY < w.large().height() && end > first) {
            runs.add(new int[] {
                small.row(z * w.small().height() + y) + first * small.channelStride(),
                large.row(inZ * w.large().height() + inY) + (first * stride + dx) * large.channelStride(),
                tap,
                end - first
            });
        }
    }

    private static int[] column(List<int[]> runs, int which) {
        return runs.stream().mapToInt(run -> run[which]).toArray();
    }

    int count() {
        return small.length;
    }
}

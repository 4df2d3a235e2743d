package dev.hourglass.detect.series;

import dev.hourglass.detect.series.AnomalyEvent.Blame;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An event of a stream, as far as it is known.
 *
 * @param rows counted from the stream's first, 0
 * @param times of these rows, as they were given; null where rows have none
 * @param score at the peak
 * @param blame all channels, the most to blame first
 */
public record StreamedEvent(Span rows, @Nullable Span times, double score, List<Blame> blame) {
    /**
     * @param first where it starts
     * @param last where it ends, included
     * @param peak the first with the highest score
     */
    public record Span(long first, long last, long peak) {}

    public StreamedEvent {
        blame = List.copyOf(blame);
    }
}

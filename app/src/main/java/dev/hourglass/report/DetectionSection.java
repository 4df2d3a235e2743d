package dev.hourglass.report;

import dev.hourglass.report.figures.Figure;
import dev.hourglass.report.results.DetectorComparison;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a model found as a detector, for the report.
 *
 * @param data that was scored, by name
 * @param facts sentences: where the threshold comes from, how scores are made, how much was found
 * @param events of a series, in order of time; empty for samples that are none
 * @param oddest of samples that are no series, the oddest first
 * @param metrics by known anomalies; empty where there are none
 * @param comparison with rivals; null where none were wanted
 * @param picture of what was found
 */
public record DetectionSection(
        String data,
        List<String> facts,
        List<Event> events,
        List<Sample> oddest,
        List<Metric> metrics,
        @Nullable DetectorComparison comparison,
        Optional<Figure> picture) {
    /**
     * An event.
     *
     * @param number from 1
     * @param start its first row, as a time or a number
     * @param end its last
     * @param score the highest, 1 being the threshold
     * @param channels to blame, with their shares
     */
    public record Event(int number, String start, String end, int rows, double score, String channels) {}

    /** A sample by its index and its name, if it has one. */
    public record Sample(int index, String name, double score) {}

    /**
     * How well anomalies were found.
     *
     * @param value NaN where it is undefined
     * @param note what a reader must know; empty for nothing
     */
    public record Metric(String name, double value, String note) {}

    public DetectionSection {
        facts = List.copyOf(facts);
        events = List.copyOf(events);
        oddest = List.copyOf(oddest);
        metrics = List.copyOf(metrics);
    }
}

package dev.hourglass.detect.metrics;

import java.util.ArrayList;
import java.util.List;

/**
 * How near predictions and anomalies are to each other, as the chance that a random prediction would be farther away (Huet
 * et al. 2022, Local evaluation of time series anomaly detection algorithms). The series is cut into one zone an anomaly, in the middle
 * between neighbours. It is lenient: where all is flagged, precision is still about a half.
 *
 * @param precision the mean over the zones with a prediction, 0 to 1; NaN if there is none
 * @param recall the mean over all zones, 0 to 1
 * @param zonePrecisions one an anomaly; NaN where its zone has no prediction
 * @param zoneRecalls one an anomaly
 */
public record Affiliation(double precision, double recall, List<Double> zonePrecisions, List<Double> zoneRecalls) {
    public Affiliation {
        zonePrecisions = List.copyOf(zonePrecisions);
        zoneRecalls = List.copyOf(zoneRecalls);
    }

    /** {@code 2 P R / (P + R + 1e-15)}; NaN if nothing is predicted. */
    public double f1() {
        return 2 * precision * recall / (precision + recall + 1e-15);
    }

    /**
     * At given predictions.
     *
     * @throws IllegalArgumentException if there is no anomaly, or more or fewer predictions than labels
     */
    public static Affiliation at(Labels truth, boolean[] predicted) {
        truth.requireAsMany(predicted);
        return of(truth.segments(), Segment.of(predicted), truth.rows());
    }

    /**
     * Of segments in order that neither touch nor overlap.
     *
     * @param rows of the series
     * @throws IllegalArgumentException if there is no anomaly, or a segment lies outside the series or before the one
     *     before it
     */
    public static Affiliation of(List<Segment> truth, List<Segment> predicted, int rows) {
        if (truth.isEmpty()) {
            throw new IllegalArgumentException(
                    "affiliation needs an anomaly, but no row is labelled as one. Take data with anomalies to judge by.");
        }
        requireOrder(truth, rows);
        requireOrder(predicted, rows);
        List<Double> precisions = new ArrayList<>();
        List<Double> recalls = new ArrayList<>();
        int next = 0;
        for (int j = 0; j < truth.size(); j++) {
            Segment event = truth.get(j);
            double from = j == 0 ? 0 : (truth.get(j - 1).last() + 1 + event.first()) / 2.0;
            double to = j + 1 == truth.size()
                    ? rows
                    : (event.last() + 1 + truth.get(j + 1).first()) / 2.0;
            while (next < predicted.size() && predicted.get(next).last() + 1 <= from) {
                next++;
            }
            Zone zone = new Zone(from, to, event.first(), event.last() + 1, new ArrayList<>());
            for (int k = next; k < predicted.size() && predicted.get(k).first() < to; k++) {
                zone.predictions.add(new Span(
                        Math.max(from, predicted.get(k).first()),
                        Math.min(to, predicted.get(k).last() + 1)));
            }
            precisions.add(zone.precision());
            recalls.add(zone.recall());
        }
        return new Affiliation(mean(precisions), mean(recalls), precisions, recalls);
    }

    private static void requireOrder(List<Segment> segments, int rows) {
        int before = -1;
        for (Segment segment : segments) {
            Labels.requireInside(segment, rows);
            if (segment.first() <= before) {
                throw new IllegalArgumentException("segments must be in order and not overlap, but one begins at row "
                        + segment.first() + " where the one before ends at " + before + ". Sort and merge them.");
            }
            before = segment.last();
        }
    }

    /** The best F1 of 100 thresholds at equal steps from the smallest score to the largest; NaN for equal scores. */
    public static BestThreshold best(LabelledScores scores) {
        scores.labels().requireAnomalies("affiliation");
        return BestThreshold.overGrid(
                scores, flags -> at(scores.labels(), flags).f1());
    }

    private static double mean(List<Double> values) {
        return values.stream()
                .mapToDouble(Double::doubleValue)
                .filter(v -> !Double.isNaN(v))
                .average()
                .orElse(Double.NaN);
    }

    private record Span(double from, double to) {}

    /** What belongs to one event: from and to, the event's start and stop, and the predictions, cut at its ends. */
    private record Zone(double from, double to, double start, double stop, List<Span> predictions) {
        double length() {
            return to - from;
        }

        /** The mean over the predicted points of the chance that a random point of the zone is farther from the event. */
        double precision() {
            double mass = 0;
            double sum = 0;
            for (Span span : predictions) {
                mass += span.to - span.from;
                sum += Math.max(0, Math.min(span.to, stop) - Math.max(span.from, start));
                if (span.from < start) {
                    sum += farther(start - Math.min(span.to, start), start - span.from);
                }
                if (span.to > stop) {
                    sum += farther(Math.max(span.from, stop) - stop, span.to - stop);
                }
            }
            return sum / mass;
        }

        /** The integral over the distance of {@code 1 - (event + d + min(d, margin)) / zone}. */
        private double farther(double near, double far) {
            double margin = Math.min(start - from, to - stop);
            double inner = Math.min(far, margin);
            double folded =
                    inner > near ? (inner * inner - near * near) / 2 + margin * (far - inner) : margin * (far - near);
            double rest = (length() - (stop - start)) * (far - near) - (far * far - near * near) / 2;
            return (rest - folded) / length();
        }

        /** The mean over the event's points of the chance that a random point of the zone is farther than the nearest prediction. */
        double recall() {
            if (predictions.isEmpty()) {
                return 0;
            }
            double sum = 0;
            double at = Double.NEGATIVE_INFINITY;
            for (int k = 0; k < predictions.size(); k++) {
                Span span = predictions.get(k);
                sum += near(at, span.from, span.from);
                sum += Math.max(0, Math.min(span.to, stop) - Math.max(span.from, start));
                at = k + 1 == predictions.size()
                        ? Double.POSITIVE_INFINITY
                        : (span.to + predictions.get(k + 1).from) / 2;
                sum += near(span.to, at, span.to);
            }
            return sum / (stop - start);
        }

        /** The integral over the event's points between two places, of which an edge of a prediction is nearest. */
        private double near(double low, double high, double edge) {
            double left = Math.max(low, start);
            double right = Math.min(high, stop);
            if (right <= left) {
                return 0;
            }
            double middle = Math.clamp((from + to) / 2, left, right);
            return straight(left, middle, edge) + straight(middle, right, edge);
        }

        /** The same where distance and margin are straight lines: they cross once at most. */
        private double straight(double left, double right, double edge) {
            double atLeft = Math.abs(left - edge) - margin(left);
            double atRight = Math.abs(right - edge) - margin(right);
            if (atLeft * atRight < 0) {
                double crossing = left + (right - left) * atLeft / (atLeft - atRight);
                return trapezoid(left, crossing, edge) + trapezoid(crossing, right, edge);
            }
            return trapezoid(left, right, edge);
        }

        private double trapezoid(double left, double right, double edge) {
            return (right - left) * (chance(left, edge) + chance(right, edge)) / 2;
        }

        private double chance(double point, double edge) {
            double distance = Math.abs(point - edge);
            return 1 - (distance + Math.min(distance, margin(point))) / length();
        }

        private double margin(double point) {
            return Math.min(point - from, to - point);
        }
    }
}

package dev.hourglass.server.series;

import dev.hourglass.data.files.CsvWriter;
import dev.hourglass.detect.Detection;
import dev.hourglass.detect.metrics.Segment;
import dev.hourglass.detect.series.AnomalyEvent;
import dev.hourglass.detect.series.EventOptions;
import dev.hourglass.detect.series.StepScores;
import dev.hourglass.server.http.Answers;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.Query;
import dev.hourglass.server.http.Routes;
import dev.hourglass.server.models.EvaluationTarget;
import dev.hourglass.server.models.EvaluationTargets;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Series by row: how they go on and how a model rebuilds them, scores, and the events that a threshold makes of these. */
public final class SeriesRoutes implements Routes {
    private static final double USUAL_SHARE = 0.99;
    private static final int MOST_PARTS = 4_000;
    private static final int MOST_CURVES = 16;
    private static final int MOST_EVENTS = 1_000;
    private static final int MOST_PIECES = 1_000;
    private static final int MOST_KNOWN = 2_000;
    private static final int TICKS = 9;

    private final EvaluationTargets targets;
    private final SeriesJobs jobs;
    private final Marks marks;

    public SeriesRoutes(EvaluationTargets targets, SeriesJobs jobs, Marks marks) {
        this.targets = targets;
        this.jobs = jobs;
        this.marks = marks;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        String series = "/api/runs/{run}/models/{model}/series";
        routes.get(series, this::overview);
        routes.get(series + "/curves", this::curves);
        routes.get(series + "/events", this::events);
        routes.get(series + "/known", this::known);
        routes.get(series + "/scores", this::scores);
    }

    private record Piece(String series, int first, int last) {}

    private record Scores(int scored, double least, double median, double p90, double p99, double most) {}

    private record Threshold(double value, String note) {}

    private record EventRule(double end, int gap, int least) {}

    private record Overview(
            int rows,
            List<String> channels,
            @Nullable String begin,
            @Nullable String end,
            int pieceCount,
            List<Piece> pieces,
            List<String> classNames,
            List<Integer> anomalous,
            String anomalousNote,
            Scores scores,
            String measure,
            List<String> measures,
            Threshold threshold,
            EventRule events) {}

    private void overview(Context context) {
        EvaluationTarget target = targets.target(context);
        RowScoring scoring = RowScoring.of(new Query(context), target);
        EventOptions events = scoring.events();
        jobs.answer(context, target, scoring, series -> {
            int rows = series.rows().count();
            List<Piece> pieces = series.rows().pieces().stream()
                    .limit(MOST_PIECES)
                    .map(piece -> new Piece(series.rows().seriesOf(piece[0]), piece[0], piece[1] - 1))
                    .toList();
            AnomalousClasses anomalous = AnomalousClasses.guess(target, series);
            Answers.json(
                    context,
                    new Overview(
                            rows,
                            series.channels(),
                            series.time(0),
                            series.time(rows - 1),
                            series.rows().pieces().size(),
                            pieces,
                            series.places().hasLabels() ? series.classNames() : List.of(),
                            anomalous.classes().stream().sorted().toList(),
                            anomalous.note(),
                            new Scores(
                                    series.scored(),
                                    series.quantile(0),
                                    series.quantile(0.5),
                                    series.quantile(0.9),
                                    series.quantile(0.99),
                                    series.quantile(1)),
                            scoring.key(),
                            scoring.choices(),
                            threshold(series, scoring),
                            new EventRule(events.end() / events.start(), events.mergeGap(), events.leastRows())));
        });
    }

    private static Threshold threshold(ScoredSeries series, RowScoring scoring) {
        Detection detection = scoring.detection();
        return detection == null
                ? new Threshold(
                        series.quantile(USUAL_SHARE),
                        "99 % of these rows lie at or below it. It is a place to begin: a threshold to use comes from"
                                + " normal data that are not the ones to judge.")
                : new Threshold(detection.events().start(), "The model's own, as 1: " + detection.calibration() + ".");
    }

    private record Tick(int row, String time) {}

    private record Band(float[] low, float[] high) {
        static Band of(Extremes curve, int from, int to, int parts) {
            Extremes.Curve found = curve.of(from, to, parts);
            return new Band(found.low(), found.high());
        }
    }

    private record ChannelCurves(int channel, Band original, Band rebuilt) {}

    private record Curves(int from, int to, int parts, List<Tick> ticks, Band score, List<ChannelCurves> channels) {}

    private void curves(Context context) {
        Query query = new Query(context);
        int from = query.integer("from", 0, Integer.MAX_VALUE, 0);
        int to = query.integer("to", 1, Integer.MAX_VALUE, Integer.MAX_VALUE);
        int width = query.integer("width", 1, MOST_PARTS, 1_000);
        List<Integer> channels = query.integers("channels");
        if (channels.size() > MOST_CURVES) {
            throw ApiException.malformed(
                    "channels", "At most " + MOST_CURVES + " channels are sent at once.", "Ask for fewer.");
        }
        EvaluationTarget target = targets.target(context);
        jobs.answer(context, target, RowScoring.of(query, target), series -> {
            int end = Math.min(to, series.rows().count());
            if (from >= end) {
                throw ApiException.malformed(
                        "from",
                        "There are no rows from " + from + " to before " + end + ".",
                        "Give a range within 0 to " + series.rows().count() + ".");
            }
            int parts = Math.min(width, end - from);
            List<ChannelCurves> curves = new ArrayList<>();
            for (int channel : channels) {
                requireChannel(series, channel);
                curves.add(new ChannelCurves(
                        channel,
                        Band.of(series.original(channel), from, end, parts),
                        Band.of(series.rebuilt(channel), from, end, parts)));
            }
            Band score = Band.of(series.score(), from, end, parts);
            Answers.json(context, new Curves(from, end, parts, ticks(series, from, end), score, curves));
        });
    }

    private static void requireChannel(ScoredSeries series, int channel) {
        if (channel >= series.channels().size()) {
            throw ApiException.malformed(
                    "channels",
                    "There is no channel " + channel + ".",
                    "Give 0 to " + (series.channels().size() - 1) + ".");
        }
    }

    /** Times of rows that lie evenly; none where times are not known. */
    private static List<Tick> ticks(ScoredSeries series, int from, int to) {
        if (series.rows().times() == null) {
            return List.of();
        }
        return IntStream.range(0, TICKS)
                .map(i -> from + (int) ((long) (to - 1 - from) * i / (TICKS - 1)))
                .distinct()
                .mapToObj(row -> new Tick(row, String.valueOf(series.time(row))))
                .toList();
    }

    private record Blamed(int channel, double share) {}

    private record Event(
            int first,
            int last,
            int peak,
            double score,
            @Nullable String begin,
            @Nullable String end,
            @Nullable String peakTime,
            String series,
            String truth,
            List<Blamed> channels) {
        static Event of(ScoredSeries series, RowTruth truth, Segment rows) {
            AnomalyEvent event = AnomalyEvent.of(series.scores(), rows);
            return new Event(
                    event.first(),
                    event.last(),
                    event.peak(),
                    event.score(),
                    series.time(event.first()),
                    series.time(event.last()),
                    series.time(event.peak()),
                    series.rows().seriesOf(event.first()),
                    truth.of(rows),
                    event.blame().stream()
                            .limit(MOST_CURVES)
                            .map(blame -> new Blamed(blame.channel(), blame.share()))
                            .toList());
        }
    }

    private record Found(
            double threshold,
            int above,
            int rowsInEvents,
            int events,
            List<Event> listed,
            RowTruth.@Nullable Agreement truth) {}

    private void events(Context context) {
        Query query = new Query(context);
        double threshold = query.requiredNumber("threshold", 0, Double.MAX_VALUE);
        double end = query.number("end", 0, 1).orElse(1);
        int gap = query.integer("gap", 0, 1_000_000, 0);
        int least = query.integer("least", 1, 1_000_000, 1);
        int limit = query.integer("limit", 0, MOST_EVENTS, 300);
        String run = context.pathParam("run");
        String dataName = query.text("data", "test");
        EvaluationTarget target = targets.target(context);
        EventOptions options = new EventOptions(threshold, threshold * end, gap, least);
        jobs.answer(context, target, RowScoring.of(query, target), series -> {
            List<Segment> events = AnomalyEvent.segments(series.scores(), options);
            RowTruth truth = truth(query, run, dataName, target, series);
            Answers.json(
                    context,
                    new Found(
                            threshold,
                            series.above(threshold),
                            events.stream().mapToInt(Segment::length).sum(),
                            events.size(),
                            worst(series.scores(), events, limit).stream()
                                    .map(rows -> Event.of(series, truth, rows))
                                    .toList(),
                            truth.isKnown() ? truth.with(events) : null));
        });
    }

    private record Stretch(int first, int last) {}

    private record Known(int anomalies, int rows, List<Stretch> listed) {}

    private void known(Context context) {
        Query query = new Query(context);
        int limit = query.integer("limit", 0, MOST_KNOWN, MOST_KNOWN);
        String run = context.pathParam("run");
        String dataName = query.text("data", "test");
        EvaluationTarget target = targets.target(context);
        jobs.answer(context, target, RowScoring.of(query, target), series -> {
            List<Segment> anomalies =
                    truth(query, run, dataName, target, series).anomalies();
            Answers.json(
                    context,
                    new Known(
                            anomalies.size(),
                            anomalies.stream().mapToInt(Segment::length).sum(),
                            longest(anomalies, limit).stream()
                                    .map(rows -> new Stretch(rows.first(), rows.last()))
                                    .toList()));
        });
    }

    /** In the order of their rows. */
    static List<Segment> longest(List<Segment> segments, int limit) {
        return segments.size() <= limit
                ? segments
                : segments.stream()
                        .sorted(Comparator.comparingInt(Segment::length).reversed())
                        .limit(limit)
                        .sorted(Comparator.comparingInt(Segment::first))
                        .toList();
    }

    private RowTruth truth(Query query, String run, String dataName, EvaluationTarget target, ScoredSeries series) {
        Set<Integer> anomalous = AnomalousClasses.chosen(query, target, series);
        List<Mark> said = Marks.areKept(dataName)
                ? marks.read(run, dataName, series.rows().count())
                : List.of();
        return RowTruth.of(series.places(), anomalous, said);
    }

    /** The events with the highest scores, in the order of their rows; of equal ones the first. */
    static List<Segment> worst(StepScores scores, List<Segment> events, int limit) {
        if (events.size() <= limit) {
            return events;
        }
        double[] peaks = new double[events.size()];
        for (int i = 0; i < peaks.length; i++) {
            Segment event = events.get(i);
            peaks[i] = scores.score(event.first());
            for (int row = event.first() + 1; row <= event.last(); row++) {
                peaks[i] = Math.max(peaks[i], scores.score(row));
            }
        }
        double[] sorted = peaks.clone();
        Arrays.sort(sorted);
        double least = limit == 0 ? Double.POSITIVE_INFINITY : sorted[sorted.length - limit];
        long equal = limit - Arrays.stream(peaks).filter(peak -> peak > least).count();
        List<Segment> worst = new ArrayList<>();
        for (int i = 0; i < peaks.length; i++) {
            if (peaks[i] > least || (peaks[i] == least && equal-- > 0)) {
                worst.add(events.get(i));
            }
        }
        return worst;
    }

    private void scores(Context context) {
        Query query = new Query(context);
        boolean parts = query.flag("parts");
        EvaluationTarget target = targets.target(context);
        jobs.answer(context, target, RowScoring.of(query, target), series -> {
            context.contentType("text/csv; charset=utf-8");
            try (Writer out = new OutputStreamWriter(context.outputStream(), StandardCharsets.UTF_8)) {
                write(series, parts, out);
            } catch (IOException e) {
                throw new UncheckedIOException(e); // whoever reads it has gone
            }
        });
    }

    /** A line for each row, as {@code judge --scores} reads it; parts of the score by channel where they are wanted. */
    private static void write(ScoredSeries series, boolean parts, Writer out) throws IOException {
        List<String> heads = new ArrayList<>(SeriesColumns.heads(series));
        heads.add("score");
        if (parts) {
            series.channels().forEach(channel -> heads.add("part_" + channel));
        }
        out.write(CsvWriter.line(heads) + "\n");
        StringBuilder line = new StringBuilder();
        for (int row = 0; row < series.rows().count(); row++) {
            line.setLength(0);
            SeriesColumns.append(series, row, line);
            line.append(number(series.scores().score(row)));
            for (int channel = 0; parts && channel < series.channels().size(); channel++) {
                line.append(',').append(number(series.scores().part(row, channel)));
            }
            out.append(line.append('\n'));
        }
    }

    /** Empty where there is none. */
    private static String number(double value) {
        return Double.isNaN(value) ? "" : Float.toString((float) value);
    }
}

package dev.hourglass.server.series;

import dev.hourglass.data.files.CsvWriter;
import dev.hourglass.detect.metrics.Segment;
import dev.hourglass.server.http.Answers;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.Body;
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
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What people say of rows: kept in the run's folder, and given away as labels to judge by or to train on. */
public final class MarkRoutes implements Routes {
    private final EvaluationTargets targets;
    private final SeriesJobs jobs;
    private final Marks marks;

    public MarkRoutes(EvaluationTargets targets, SeriesJobs jobs, Marks marks) {
        this.targets = targets;
        this.jobs = jobs;
        this.marks = marks;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        String marks = "/api/runs/{run}/models/{model}/marks";
        routes.get(marks, this::list);
        routes.post(marks, this::add);
        routes.get(marks + "/windows.json", context -> give(context, "application/json", MarkRoutes::windowsJson));
        routes.get(marks + "/windows.csv", context -> give(context, Answers.CSV, MarkRoutes::windowsCsv));
        routes.get(marks + "/labelled.csv", context -> give(context, Answers.CSV, MarkRoutes::labelledCsv));
    }

    private record Marked(
            int first,
            int last,
            String kind,
            @Nullable String begin,
            @Nullable String end) {}

    private record Listed(int rows, List<Marked> marks) {}

    private static Listed listed(EvaluationTarget target, List<Mark> marks) {
        var rows = target.data().places().orElseThrow().rows();
        return new Listed(
                rows.count(),
                marks.stream()
                        .map(mark -> new Marked(
                                mark.first(),
                                mark.last(),
                                mark.kind().word(),
                                rows.times() == null ? null : rows.times().begin(mark.first()),
                                rows.times() == null ? null : rows.times().begin(mark.last())))
                        .toList());
    }

    private static int rows(EvaluationTarget target) {
        ScoredSeries.require(target);
        return target.data().places().orElseThrow().rows().count();
    }

    private static String dataName(Context context) {
        return new Query(context).text("data", "test");
    }

    private void list(Context context) {
        EvaluationTarget target = targets.target(context);
        List<Mark> said = marks.read(context.pathParam("run"), dataName(context), rows(target));
        Answers.json(context, listed(target, said));
    }

    private void add(Context context) {
        JsonNode body = Body.object(context);
        EvaluationTarget target = targets.target(context);
        int rows = rows(target);
        Segment segment = segment(body, rows);
        String kind = Body.text(body, "kind");
        List<Mark> changed = marks.change(
                context.pathParam("run"), dataName(context), rows, before -> changed(before, segment, kind));
        Answers.json(context, listed(target, changed));
    }

    private static List<Mark> changed(List<Mark> before, Segment segment, @Nullable String kind) {
        if ("none".equals(kind)) {
            return Mark.without(before, segment);
        }
        for (Mark.Kind each : Mark.Kind.values()) {
            if (each.word().equals(kind)) {
                return Mark.with(before, new Mark(segment.first(), segment.last(), each));
            }
        }
        throw ApiException.malformed(
                "kind", "A mark's kind must be anomaly or normal, or none to take marks away.", "Give one of these.");
    }

    private static Segment segment(JsonNode body, int rows) {
        JsonNode first = body.path("first");
        JsonNode last = body.path("last");
        if (!first.isIntegralNumber()
                || !last.isIntegralNumber()
                || !first.canConvertToInt()
                || !last.canConvertToInt()
                || first.asInt() < 0
                || last.asInt() < first.asInt()
                || last.asInt() >= rows) {
            throw ApiException.malformed(
                    "first",
                    "A mark needs 'first' and 'last' as whole numbers of rows, from 0 to " + (rows - 1)
                            + ", the first not after the last.",
                    "Give rows of these data.");
        }
        return new Segment(first.asInt(), last.asInt());
    }

    /** Writes a file of what is known of rows. */
    @FunctionalInterface
    private interface Export {
        void write(ScoredSeries series, RowTruth truth, Writer out) throws IOException;
    }

    private void give(Context context, String mediaType, Export export) {
        Query query = new Query(context);
        String run = context.pathParam("run");
        EvaluationTarget target = targets.target(context);
        List<Mark> said = marks.read(run, dataName(context), rows(target));
        jobs.answer(context, target, RowScoring.of(query, target), series -> {
            RowTruth truth = RowTruth.of(series.places(), AnomalousClasses.chosen(query, target, series), said);
            context.contentType(mediaType + "; charset=utf-8");
            try (Writer out = new OutputStreamWriter(context.outputStream(), StandardCharsets.UTF_8)) {
                export.write(series, truth, out);
            } catch (IOException e) {
                throw new UncheckedIOException(e); // whoever reads it has gone
            }
        });
    }

    /** By times where there are some and each is there once, else by rows. */
    private static void windowsJson(ScoredSeries series, RowTruth truth, Writer out) throws IOException {
        boolean timed = series.rows().times() != null && series.rows().ids() == null;
        List<List<Object>> windows = new ArrayList<>();
        for (Segment anomaly : truth.anomalies()) {
            windows.add(
                    timed
                            ? List.of(
                                    String.valueOf(series.time(anomaly.first())),
                                    String.valueOf(series.time(anomaly.last())))
                            : List.of(anomaly.first(), anomaly.last()));
        }
        out.write(Answers.JSON.writeValueAsString(windows));
    }

    private static void windowsCsv(ScoredSeries series, RowTruth truth, Writer out) throws IOException {
        out.write("start,end\n");
        for (Segment anomaly : truth.anomalies()) {
            out.write(anomaly.first() + "," + anomaly.last() + "\n");
        }
    }

    /** The series as a table with a column of labels, to train on what is normal. */
    private static void labelledCsv(ScoredSeries series, RowTruth truth, Writer out) throws IOException {
        List<String> heads = new ArrayList<>(SeriesColumns.heads(series));
        heads.addAll(series.channels());
        heads.add("label");
        out.write(CsvWriter.line(heads) + "\n");
        StringBuilder line = new StringBuilder();
        for (int row = 0; row < series.rows().count(); row++) {
            line.setLength(0);
            SeriesColumns.append(series, row, line);
            for (int channel = 0; channel < series.channels().size(); channel++) {
                float value = series.original(row, channel);
                line.append(Float.isNaN(value) ? "" : Float.toString(value)).append(',');
            }
            out.append(line.append(truth.isAnomaly(row) ? "anomaly\n" : "normal\n"));
        }
    }
}

package dev.hourglass.lab.detection;

import dev.hourglass.detect.metrics.Confusion;
import dev.hourglass.detect.metrics.EventF1;
import dev.hourglass.detect.metrics.LabelledScores;
import dev.hourglass.detect.metrics.Labels;
import dev.hourglass.detect.metrics.PairedDifference;
import dev.hourglass.detect.metrics.PointMetrics;
import dev.hourglass.detect.metrics.Segment;
import dev.hourglass.report.results.DetectorComparison;
import dev.hourglass.report.results.DetectorComparison.Agreement;
import dev.hourglass.report.results.DetectorComparison.Judged;
import dev.hourglass.report.results.DetectorComparison.Line;
import dev.hourglass.tensor.RandomSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What can be said of detectors that scored the same data.
 *
 * @param series whether rows of a series were scored
 * @param answers the model's first
 * @param labels which rows are anomalies; null where that is not known
 * @param notes what else is to be said
 */
record DetectorVerdict(
        boolean series, List<Answer> answers, @Nullable Labels labels, List<String> notes, long seed) {
    /**
     * What a detector says.
     *
     * @param scores over its threshold
     * @param events in order
     */
    record Answer(String name, double[] scores, List<Segment> events) {
        private boolean[] flags() {
            boolean[] flags = new boolean[scores.length];
            for (int i = 0; i < flags.length; i++) {
                flags[i] = scores[i] > 1;
            }
            return flags;
        }

        private int flagged() {
            int count = 0;
            for (double score : scores) {
                count += score > 1 ? 1 : 0;
            }
            return count;
        }
    }

    private boolean isJudged() {
        return labels != null && labels.count() > 0 && labels.count() < labels.rows();
    }

    DetectorComparison comparison() {
        List<Line> lines = new ArrayList<>();
        for (Answer answer : answers) {
            lines.add(new Line(
                    answer.name,
                    answer.flagged(),
                    answer.scores.length,
                    answer.events.size(),
                    isJudged() && labels != null ? judged(answer, labels) : null,
                    lines.isEmpty() ? null : agreement(answers.getFirst().events, answer.events)));
        }
        List<String> verdict = new ArrayList<>();
        if (answers.size() > 1) {
            verdict.add(isJudged() && labels != null ? winner(lines, labels) : unjudged(lines));
        }
        verdict.addAll(notes);
        return new DetectorComparison(series, isJudged() && labels != null ? anomalies(labels) : 0, lines, verdict);
    }

    private int anomalies(Labels known) {
        return series ? known.segments().size() : known.count();
    }

    private Judged judged(Answer answer, Labels known) {
        LabelledScores scores = LabelledScores.of(answer.scores, known);
        List<Segment> truth = series ? known.segments() : ones(known);
        int found = shared(truth, answer.events);
        int wrong = answer.events.size() - shared(answer.events, truth);
        return new Judged(
                found,
                wrong,
                series ? EventF1.at(known, answer.flags()) : f1(known, answer),
                PointMetrics.rocAuc(scores),
                PointMetrics.averagePrecision(scores));
    }

    private static double f1(Labels known, Answer answer) {
        double f1 = Confusion.of(known, answer.flags()).f1();
        return Double.isNaN(f1) ? 0 : f1;
    }

    private static List<Segment> ones(Labels known) {
        List<Segment> ones = new ArrayList<>();
        for (Segment run : known.segments()) {
            for (int i = run.first(); i <= run.last(); i++) {
                ones.add(new Segment(i, i));
            }
        }
        return ones;
    }

    private static Agreement agreement(List<Segment> ofModel, List<Segment> ofRival) {
        return new Agreement(shared(ofModel, ofRival), ofRival.size() - shared(ofRival, ofModel));
    }

    /** How many of the first meet one of the others; both in order and apart. */
    static int shared(List<Segment> some, List<Segment> others) {
        int count = 0;
        int at = 0;
        for (Segment one : some) {
            while (at < others.size() && others.get(at).last() < one.first()) {
                at++;
            }
            count += at < others.size() && others.get(at).first() <= one.last() ? 1 : 0;
        }
        return count;
    }

    private String winner(List<Line> lines, Labels known) {
        Line model = lines.getFirst();
        Line rival = lines.stream()
                .skip(1)
                .max(Comparator.comparingDouble(DetectorVerdict::f1))
                .orElseThrow();
        Answer rivals = answers.get(lines.indexOf(rival));
        PairedDifference difference = series
                ? PairedDifference.ofEvents(known, answers.getFirst().flags(), rivals.flags(), new RandomSource(seed))
                : PairedDifference.ofSamples(known, answers.getFirst().flags(), rivals.flags(), new RandomSource(seed));
        String measure = series ? "event F1" : "F1";
        double ofModel = f1(model);
        double ofRival = f1(rival);
        String said;
        if (ofModel > ofRival) {
            said = String.format(
                    Locale.ROOT,
                    "The model wins: %s %.3f, the best rival, %s, has %.3f.",
                    measure,
                    ofModel,
                    rival.name(),
                    ofRival);
        } else if (ofModel == ofRival) {
            said = String.format(
                    Locale.ROOT,
                    "The model is no better than %s, which is simpler: both have %s %.3f.",
                    rival.name(),
                    measure,
                    ofModel);
        } else {
            said = String.format(
                    Locale.ROOT,
                    "A simple rival wins: %s has %s %.3f, the model %.3f. Take the rival, or train another model.",
                    rival.name(),
                    measure,
                    ofRival,
                    ofModel);
        }
        return said + " " + sureness(difference);
    }

    private static double f1(Line line) {
        Judged judged = line.judged();
        return judged == null ? 0 : judged.f1();
    }

    private String sureness(PairedDifference difference) {
        if (Double.isNaN(difference.low())) {
            return "One anomaly is too few to say how sure that is.";
        }
        return String.format(
                Locale.ROOT,
                "The difference is %+.3f (95 %% of %,d %s, drawn again: %+.3f to %+.3f)%s",
                difference.difference(),
                difference.anomalies(),
                series ? "anomalies" : "anomalous samples",
                difference.low(),
                difference.high(),
                difference.isClear() ? "." : ": it may be chance.");
    }

    private static String unjudged(List<Line> lines) {
        int events = lines.getFirst().events();
        if (events == 0) {
            return "Without known anomalies nobody can say who is right. The model has found none.";
        }
        Line nearest = lines.stream()
                .skip(1)
                .max(Comparator.comparingInt(DetectorVerdict::shared))
                .orElseThrow();
        return String.format(
                Locale.ROOT,
                "Without known anomalies nobody can say who wins. Of the model's %,d, %s finds %,d as well: look first at"
                        + " those that no rival has.",
                events,
                nearest.name(),
                shared(nearest));
    }

    private static int shared(Line line) {
        Agreement agreement = line.agreement();
        return agreement == null ? 0 : agreement.shared();
    }
}

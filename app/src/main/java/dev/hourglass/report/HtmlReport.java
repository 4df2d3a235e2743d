package dev.hourglass.report;

import dev.hourglass.evaluate.errors.ErrorReport;
import dev.hourglass.report.answers.Findings;
import dev.hourglass.report.answers.KeyQuestions;
import dev.hourglass.report.figures.Figure;
import dev.hourglass.report.figures.FigureException;
import dev.hourglass.report.figures.Figures;
import dev.hourglass.report.results.DetectorComparison;
import dev.hourglass.report.results.LatentSpace;
import dev.hourglass.report.results.ModelResult;
import dev.hourglass.report.results.RunData;
import dev.hourglass.report.results.RunResult;
import dev.hourglass.report.results.StitchedPictures;
import dev.hourglass.report.tables.ComparisonTable;
import dev.hourglass.report.tables.DetectorTable;
import dev.hourglass.report.tables.ModelSummary;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A run as a single page to read, print and send: nothing is loaded from elsewhere and no script runs. All
 * text is escaped, and the page's own policy forbids whatever escaping might have missed.
 */
public final class HtmlReport {
    private static final String STYLE = """
        :root { color-scheme: light dark; --ink: #1a1a1a; --muted: #5c5c5c; --paper: #fff; --line: #d9d9d9;
          --band: #f4f6f8; --accent: #0072b2; --waist: #fdf1e3; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e8e8e8; --muted: #a8a8a8; --paper: #16181b;
          --line: #3a3f45; --band: #1f2327; --accent: #6cb8e6; --waist: #3a2c18; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 66rem; background: var(--paper);
          color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
        h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .4rem; }
        h2 { font-size: 1.35rem; margin: 2.75rem 0 .75rem; padding-bottom: .25rem; border-bottom: 2px solid var(--line); }
        h3 { font-size: 1.1rem; margin: 2rem 0 .6rem; }
        p { max-width: 48rem; margin: .5rem 0; }
        .lead, caption, figcaption, .note { color: var(--muted); }
        nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; padding: 0; margin: 1rem 0 0; }
        a { color: var(--accent); }
        ol, ul.answer { max-width: 48rem; padding-left: 1.4rem; }
        li { margin: .45rem 0; }
        nav li { margin: 0; }
        .wide { overflow-x: auto; }
        table { border-collapse: collapse; margin: .5rem 0 1rem; font-variant-numeric: tabular-nums; }
        caption { text-align: left; padding-bottom: .4rem; font-size: .92rem; }
        th, td { padding: .35rem .9rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
        thead th { background: var(--band); border-bottom: 2px solid var(--line); }
        tbody th { font-weight: 500; }
        .number { text-align: right; white-space: nowrap; }
        .facts td { overflow-wrap: anywhere; }
        .facts th { white-space: nowrap; }
        .waist th, .waist td { background: var(--waist); }
        code { font: .92em ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
        figure { margin: 1rem 0; }
        figure img { display: block; max-width: 100%; height: auto; background: #fff; border: 1px solid var(--line);
          border-radius: 4px; }
        figcaption { font-size: .92rem; margin-top: .4rem; max-width: 48rem; }
        @media (max-width: 40rem) { th, td { padding: .3rem .45rem; } }
        @media print {
          :root { --ink: #000; --muted: #444; --paper: #fff; --line: #bbb; --band: #f4f4f4; --accent: #000;
            --waist: #eee; }
          body { max-width: none; padding: 0; font-size: 10pt; }
          nav { display: none; }
          figure, table, li { break-inside: avoid; }
          h2, h3 { break-after: avoid; }
        }
        """;

    private static final int MOST_EVENTS = 30;
    private static final int MOST_PICTURES = 20;
    /** Heads of columns that have words. */
    private static final Set<String> WORDS = Set.of("Start", "End", "Channels", "Name", "Note");

    private final RunResult run;
    private final StringBuilder html = new StringBuilder();

    private final List<String> findings;
    private final Map<String, DetectionSection> detections;

    private HtmlReport(RunResult run, List<String> findings, Map<String, DetectionSection> detections) {
        this.run = run;
        this.findings = findings;
        this.detections = detections;
    }

    /**
     * The whole page. Where this machine cannot draw (see {@link FigureException}) the page says so in place of the
     * figures and is complete otherwise.
     */
    public static String render(RunResult run) {
        return render(run, Findings.of(run), Map.of());
    }

    /**
     * @param findings first the basis of the others
     * @param detections what models found as detectors, by the model's name
     */
    public static String render(RunResult run, List<String> findings, Map<String, DetectionSection> detections) {
        HtmlReport report = new HtmlReport(run, findings, detections);
        report.head();
        report.findings();
        report.answers();
        report.comparison();
        report.models();
        report.whatWasRun();
        report.html.append("</main>\n</body>\n</html>\n");
        return report.html.toString();
    }

    private void head() {
        html.append("""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
            <meta name="generator" content="Hourglass">
            """);
        html.append("<title>").append(escape(run.title())).append("</title>\n");
        html.append("<style>\n").append(STYLE).append("</style>\n</head>\n<body>\n<header>\n");
        html.append("<h1>").append(escape(run.title())).append("</h1>\n");
        html.append("<p class=\"lead\">").append(escape(lead())).append("</p>\n");
        html.append("<nav aria-label=\"Sections\"><ul>")
                .append("<li><a href=\"#findings\">Findings</a></li>")
                .append("<li><a href=\"#questions\">Key questions</a></li>")
                .append("<li><a href=\"#comparison\">Comparison</a></li>");
        for (int i = 0; i < run.models().size(); i++) {
            html.append("<li><a href=\"#model-")
                    .append(i + 1)
                    .append("\">")
                    .append(name(run.models().get(i)))
                    .append("</a></li>");
        }
        html.append("<li><a href=\"#run\">What was run</a></li></ul></nav>\n</header>\n<main>\n");
    }

    private String lead() {
        int models = run.models().size();
        if (run.data().size() == 1) {
            return (models == 1 ? "One autoencoder" : models + " autoencoders") + " trained on "
                    + run.data().getFirst().counts() + ".";
        }
        return run.models().stream()
                        .map(model -> Names.model(model) + " trained on "
                                + model.data().counts())
                        .collect(Collectors.joining(", "))
                + ".";
    }

    private void findings() {
        section("findings", "Findings");
        html.append("<p class=\"note\">").append(escape(findings.getFirst())).append("</p>\n<ol>\n");
        for (String finding : findings.subList(1, findings.size())) {
            html.append("<li>").append(escape(finding)).append("</li>\n");
        }
        html.append("</ol>\n</section>\n");
    }

    private void answers() {
        section("questions", "Key questions");
        for (KeyQuestions.Answer answer : KeyQuestions.of(run)) {
            html.append("<h3>").append(escape(answer.question())).append("</h3>\n<ul class=\"answer\">\n");
            for (String sentence : answer.sentences()) {
                html.append("<li>").append(escape(sentence)).append("</li>\n");
            }
            html.append("</ul>\n");
        }
        html.append("</section>\n");
    }

    private void comparison() {
        ComparisonTable table = ComparisonTable.of(run);
        section("comparison", run.models().size() == 1 ? "Measurements" : "Comparison");
        html.append("<div class=\"wide\"><table>\n");
        if (run.models().stream().anyMatch(model -> Double.isFinite(model.pcaMse()))) {
            html.append("<caption>PCA was fitted on the same training data, with as many components as the model's"
                    + " waist has numbers.</caption>\n");
        }
        html.append("<thead><tr><th scope=\"col\">Measure</th>");
        for (String head : table.heads()) {
            html.append("<th scope=\"col\" class=\"number\">")
                    .append(escape(head))
                    .append("</th>");
        }
        html.append("</tr></thead>\n<tbody>\n");
        for (ComparisonTable.Line line : table.lines()) {
            html.append("<tr><th scope=\"row\">").append(escape(line.measure())).append("</th>");
            for (String value : line.values()) {
                html.append("<td class=\"number\">").append(escape(value)).append("</td>");
            }
            html.append("</tr>\n");
        }
        html.append("</tbody></table></div>\n");
        for (String leader : table.leaders()) {
            html.append("<p>").append(escape(leader)).append(".</p>\n");
        }
        figure(() -> Figures.comparison(run));
        Figures.sideBySide(run).forEach(drawn -> figure(() -> drawn));
        figure("Latent size and error", Figures.rateDistortion(run));
        html.append("</section>\n");
    }

    private void models() {
        for (int i = 0; i < run.models().size(); i++) {
            ModelResult model = run.models().get(i);
            section("model-" + (i + 1), Names.model(model));
            summary(ModelSummary.of(model.spec()));
            figure("Training", Figures.trainingHistory(model));
            figure("Reconstructions", Figures.reconstructions(model));
            Figures.predictions(model).forEach(drawn -> figure("Predictions", Optional.of(drawn)));
            figure("Best and worst", Figures.bestAndWorst(model));
            wholePictures(model);
            classes(model);
            figure("Latent space", Figures.latentSpace(model));
            figure("New samples", Figures.priorSamples(model));
            figure("The plane of codes", Figures.priorPlane(model));
            probes(model);
            DetectionSection detection = detections.get(model.spec().name());
            if (detection != null) {
                detection(detection);
            }
            html.append("</section>\n");
        }
    }

    private void wholePictures(ModelResult model) {
        StitchedPictures whole = model.evaluation().whole();
        if (whole == null) {
            return;
        }
        figure("Whole pictures", Figures.wholePictures(model));
        paragraph(String.format(
                Locale.ROOT,
                "The model reads patches of %d x %d pixels. Whole pictures are rebuilt from patches that overlap by %d,"
                        + " each pixel the mean of those that have it, weighted by how far it lies within them.",
                whole.patch().dimension(1),
                whole.patch().dimension(0),
                whole.overlap()));
        List<StitchedPictures.Each> worst = whole.each().stream()
                .sorted(Comparator.comparingDouble(StitchedPictures.Each::mse).reversed())
                .limit(MOST_PICTURES)
                .toList();
        List<String> heads = whole.pairs()
                ? List.of("Name", "Width x height", "MSE", "PSNR", "SSIM", "PSNR of the noisy one")
                : List.of("Name", "Width x height", "MSE", "PSNR", "SSIM");
        table(
                whole.each().size() > MOST_PICTURES
                        ? String.format(
                                Locale.ROOT,
                                "The %d of %,d test pictures that are rebuilt worst",
                                MOST_PICTURES,
                                whole.each().size())
                        : "Test pictures, the one that is rebuilt worst first",
                heads,
                worst.stream()
                        .map(each -> Stream.of(
                                        each.name(),
                                        each.width() + " x " + each.height(),
                                        Numbers.error(each.mse()),
                                        String.format(Locale.ROOT, "%.2f dB", each.psnr()),
                                        Double.isNaN(each.ssim())
                                                ? Numbers.ABSENT
                                                : String.format(Locale.ROOT, "%.3f", each.ssim()),
                                        String.format(Locale.ROOT, "%.2f dB", each.noisyPsnr()))
                                .limit(heads.size())
                                .toList())
                        .toList());
    }

    private void classes(ModelResult model) {
        ErrorReport errors = model.evaluation().errors();
        ErrorReport pca = model.evaluation().pca();
        if (errors == null || errors.classes().isEmpty()) {
            return;
        }
        html.append("<h3>Errors by class</h3>\n<div class=\"wide\"><table>\n");
        row("thead", List.of("Class", "Test samples", "MSE", "MAE", "MSE of PCA"));
        html.append("<tbody>\n");
        for (int i = 0; i < errors.classes().size(); i++) {
            ErrorReport.OfClass of = errors.classes().get(i);
            row(
                    "tbody",
                    List.of(
                            model.data().className(of.label()),
                            Numbers.count(of.samples()),
                            Numbers.error(of.mse()),
                            Numbers.error(of.mae()),
                            pca == null
                                    ? Numbers.ABSENT
                                    : Numbers.error(pca.classes().get(i).mse())));
        }
        html.append("</tbody></table></div>\n");
    }

    private void detection(DetectionSection detection) {
        html.append("<h3>Anomalies in ").append(escape(detection.data())).append("</h3>\n");
        detection.facts().forEach(this::paragraph);
        DetectorComparison comparison = detection.comparison();
        if (comparison != null) {
            DetectorTable table = DetectorTable.of(comparison);
            table(
                    "Beside simple rivals, by the same data, rule and events, each at its threshold",
                    table.heads(),
                    table.rows());
            comparison.verdict().forEach(this::paragraph);
        }
        detection.picture().ifPresent(drawn -> figure(() -> drawn));
        if (!detection.events().isEmpty()) {
            table(
                    detection.events().size() > MOST_EVENTS
                            ? "The " + MOST_EVENTS + " events with the highest scores; 1 is the threshold"
                            : "Events; a score of 1 is the threshold",
                    List.of("Event", "Start", "End", "Rows", "Score", "Channels"),
                    shownEvents(detection.events()));
        }
        if (!detection.oddest().isEmpty()) {
            table(
                    "The oddest samples; a score of 1 is the threshold",
                    List.of("Sample", "Score", "Name"),
                    detection.oddest().stream()
                            .map(sample -> List.of(Numbers.count(sample.index()), score(sample.score()), sample.name()))
                            .toList());
        }
        if (!detection.metrics().isEmpty()) {
            table(
                    "By known anomalies. Best values have the threshold that is best on these very labels",
                    List.of("Metric", "Value", "Note"),
                    detection.metrics().stream()
                            .map(metric -> List.of(
                                    metric.name().strip(),
                                    Double.isNaN(metric.value())
                                            ? "undefined"
                                            : String.format(Locale.ROOT, "%.4f", metric.value()),
                                    metric.note()))
                            .toList());
        }
    }

    private void paragraph(String sentence) {
        html.append("<p>").append(escape(sentence)).append("</p>\n");
    }

    private void table(String caption, List<String> heads, List<List<String>> rows) {
        html.append("<div class=\"wide\"><table>\n<caption>")
                .append(escape(caption))
                .append(".</caption>\n");
        html.append("<thead>");
        cells("th", heads, heads);
        html.append("</thead>\n<tbody>\n");
        rows.forEach(cells -> cells("td", heads, cells));
        html.append("</tbody></table></div>\n");
    }

    /** The first cell names the row; words stand at the left, numbers at the right. */
    private void cells(String tag, List<String> heads, List<String> cells) {
        html.append("<tr>");
        for (int i = 0; i < cells.size(); i++) {
            String of = i == 0 ? "th" : tag;
            String scope = tag.equals("th") ? " scope=\"col\"" : i == 0 ? " scope=\"row\"" : "";
            boolean number = i > 0 && !WORDS.contains(heads.get(i));
            html.append('<').append(of).append(scope).append(number ? " class=\"number\">" : ">");
            html.append(escape(cells.get(i))).append("</").append(of).append('>');
        }
        html.append("</tr>\n");
    }

    private static List<List<String>> shownEvents(List<DetectionSection.Event> events) {
        return events.stream()
                .sorted(Comparator.comparingDouble(DetectionSection.Event::score)
                        .reversed())
                .limit(MOST_EVENTS)
                .sorted(Comparator.comparingInt(DetectionSection.Event::number))
                .map(event -> List.of(
                        Numbers.count(event.number()),
                        event.start(),
                        event.end(),
                        Numbers.count(event.rows()),
                        score(event.score()),
                        event.channels()))
                .toList();
    }

    private static String score(double score) {
        return String.format(Locale.ROOT, "%.4g", score);
    }

    private void probes(ModelResult model) {
        LatentSpace latent = model.evaluation().latent();
        if (latent == null || latent.probes().isEmpty()) {
            return;
        }
        html.append("<h3>What the codes tell about the labels</h3>\n<div class=\"wide\"><table>\n");
        LatentSpace.Probe first = latent.probes().getFirst();
        html.append("<caption>Share of ")
                .append(Numbers.count(first.testSamples()))
                .append(" test samples that the classifiers label correctly after training on ")
                .append(Numbers.count(first.trainingSamples()))
                .append(" samples; guessing achieves ")
                .append(Numbers.percent(latent.chance()))
                .append(".</caption>\n");
        row("thead", List.of("From", "Numbers", "5 nearest neighbours", "Linear classifier", "Silhouette"));
        html.append("<tbody>\n");
        for (LatentSpace.Probe probe : latent.probes()) {
            row(
                    "tbody",
                    List.of(
                            probe.space(),
                            Numbers.count(probe.numbers()),
                            Numbers.percent(probe.neighbours()),
                            Numbers.percent(probe.linear()),
                            String.format(Locale.ROOT, "%.3f", probe.silhouette())));
        }
        html.append("</tbody></table></div>\n");
    }

    /** The first cell names the row, or is the head of the names; all others are numbers. */
    private void row(String part, List<String> cells) {
        boolean head = part.equals("thead");
        html.append(head ? "<thead><tr>" : "<tr>");
        for (int i = 0; i < cells.size(); i++) {
            String tag = head || i == 0 ? "th" : "td";
            html.append('<').append(tag);
            html.append(tag.equals("th") ? head ? " scope=\"col\"" : " scope=\"row\"" : "");
            html.append(i == 0 ? ">" : " class=\"number\">");
            html.append(escape(cells.get(i))).append("</").append(tag).append('>');
        }
        html.append(head ? "</tr></thead>\n" : "</tr>\n");
    }

    private void summary(ModelSummary summary) {
        html.append("<h3>Layers</h3>\n<div class=\"wide\"><table>\n<caption>");
        String separator = "";
        for (Map.Entry<String, Long> total : summary.totals()) {
            html.append(separator)
                    .append(escape(total.getKey()))
                    .append(": ")
                    .append(ModelSummary.countAndBytes(total.getValue()));
            separator = " · ";
        }
        html.append("""
            </caption>
            <thead><tr><th scope="col">Layer</th><th scope="col">Type</th><th scope="col">Output shape</th>\
            <th scope="col" class="number">Parameters</th></tr></thead>
            <tbody>
            """);
        for (ModelSummary.Row row : summary.rows()) {
            html.append(row.waist() ? "<tr class=\"waist\">" : "<tr>")
                    .append("<th scope=\"row\"><code>")
                    .append(escape(row.layer()))
                    .append("</code></th><td>")
                    .append(escape(row.type()))
                    .append("</td><td>")
                    .append(escape(row.outputShape().withBatch()))
                    .append(row.waist() ? " — the waist: " + escape(summary.waist()) : "")
                    .append("</td><td class=\"number\">")
                    .append(Numbers.count(row.parameters()))
                    .append("</td></tr>\n");
        }
        html.append("</tbody></table></div>\n");
    }

    private void whatWasRun() {
        Map<String, String> data = new LinkedHashMap<>();
        for (RunData of : run.data()) {
            data.put(
                    "Samples of " + of.name(),
                    Numbers.count(of.trainingSamples()) + " for training, " + Numbers.count(of.testSamples())
                            + " for testing");
        }
        for (ModelResult model : run.models()) {
            data.put(
                    "One sample for " + Names.model(model), model.spec().input().toString());
        }
        Map<String, String> weights = new LinkedHashMap<>();
        for (ModelResult model : run.models()) {
            weights.put("Weights of " + Names.model(model) + ", SHA-256", model.weightsSha256());
        }
        section("run", "What was run");
        facts("Data", data);
        facts("Run", run.facts());
        facts("Results to compare a repeated run with", weights);
        html.append("</section>\n");
    }

    private void facts(String heading, Map<String, String> facts) {
        if (facts.isEmpty()) {
            return;
        }
        html.append("<h3>").append(escape(heading)).append("</h3>\n<table class=\"facts\">\n<tbody>\n");
        facts.forEach((what, value) -> html.append("<tr><th scope=\"row\">")
                .append(escape(what))
                .append("</th><td>")
                .append(escape(value))
                .append("</td></tr>\n"));
        html.append("</tbody></table>\n");
    }

    private void section(String id, String heading) {
        html.append("<section id=\"")
                .append(id)
                .append("\">\n<h2>")
                .append(escape(heading))
                .append("</h2>\n");
    }

    private void figure(String heading, Optional<Figure> drawn) {
        if (drawn.isPresent()) {
            html.append("<h3>").append(heading).append("</h3>\n");
            figure(drawn::get);
        }
    }

    /** As an image of its own, so that the identifiers inside one SVG cannot meet those of another. */
    private void figure(Supplier<Figure> drawing) {
        try {
            Figure figure = drawing.get();
            String data = Base64.getEncoder().encodeToString(figure.toSvg().getBytes(StandardCharsets.UTF_8));
            html.append("<figure><img width=\"")
                    .append(figure.width())
                    .append("\" height=\"")
                    .append(figure.height())
                    .append("\" alt=\"")
                    .append(escape(figure.description()))
                    .append("\" src=\"data:image/svg+xml;base64,")
                    .append(data)
                    .append("\"></figure>\n");
        } catch (FigureException e) {
            html.append("<p class=\"note\">This figure could not be drawn: ")
                    .append(escape(String.valueOf(e.getMessage())))
                    .append("</p>\n");
        }
    }

    private static String name(ModelResult model) {
        return escape(Names.model(model));
    }

    /** Text for an element or a quoted attribute. */
    public static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}

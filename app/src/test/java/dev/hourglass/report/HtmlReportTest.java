package dev.hourglass.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.report.answers.Findings;
import dev.hourglass.report.figures.Figure;
import dev.hourglass.report.figures.Figures;
import dev.hourglass.report.results.ModelEvaluation;
import dev.hourglass.report.results.ModelResult;
import dev.hourglass.report.results.RunResult;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class HtmlReportTest {
    private static final Pattern REFERENCE = Pattern.compile("(?:src|href)=\"([^\"]{0,30})");

    @Test
    void nothingIsLoadedFromElsewhereAndNothingRuns() {
        String html = HtmlReport.render(SampleRuns.mnist());
        assertThat(REFERENCE.matcher(html).results().map(match -> match.group(1)))
                .isNotEmpty()
                .allMatch(target -> target.startsWith("#") || target.startsWith("data:image/svg+xml;base64,"));
        assertThat(html).doesNotContain("<script").doesNotContain("@import").doesNotContain("url(");
    }

    @Test
    void everyFigureHasItsDescriptionAsAlternative() {
        RunResult run = SampleRuns.mnist();
        String html = HtmlReport.render(run);
        for (Figure figure : Figures.all(run)) {
            assertThat(html).contains("alt=\"" + HtmlReport.escape(figure.description()) + "\"");
        }
    }

    @Test
    void findingsTableSummariesAndFactsAreAllThere() {
        RunResult run = SampleRuns.mnist();
        String html = HtmlReport.render(run);
        for (String finding : Findings.of(run)) {
            assertThat(html).contains(">" + HtmlReport.escape(finding) + "<");
        }
        assertThat(html)
                .contains("<th scope=\"row\">Compression</th><td class=\"number\">2.00:1</td>"
                        + "<td class=\"number\">24.50:1</td>")
                .contains("Total params: 12,585 (49.16 KB)")
                .contains("(None, 7, 7, 8) — the waist: 392 numbers, 2.00:1")
                .contains("<th scope=\"row\">Seed</th><td>42</td>")
                .contains("0".repeat(64));
    }

    @Test
    void textFromTheRunIsEscaped() {
        ModelResult model = SampleRuns.cnn(0.01, 0.02);
        String evil = "<img src=x onerror=\"alert('x')\">&";
        RunResult run = new RunResult(evil, List.of(model), Map.of("Fact " + evil, "Value " + evil));
        assertThat(HtmlReport.render(run))
                .doesNotContain("<img src=x")
                .doesNotContain("onerror=\"")
                .contains("<h1>&lt;img src=x onerror=&quot;alert(&#39;x&#39;)&quot;&gt;&amp;</h1>")
                .contains("<td>Value &lt;img src=x onerror=");
    }

    @Test
    void aRunWithoutExamplesEpochsOrPcaLeavesOutWhatItLacks() {
        ModelResult bare = SampleRuns.model(SampleRuns.CNN, 0.1, 0.1, Double.NaN, SampleRuns.history(1));
        bare = new ModelResult(
                bare.spec(),
                SampleRuns.data("d", 1, 1, List.of()),
                1,
                bare.history(),
                bare.test(),
                bare.pcaMse(),
                "",
                List.of(),
                ModelEvaluation.NONE);
        String html = HtmlReport.render(new RunResult("t", List.of(bare), Map.of()));
        assertThat(html)
                .containsOnlyOnce("<figure>")
                .doesNotContain("PCA was fitted")
                .contains("One autoencoder trained on 1 sample of d")
                .endsWith("</html>\n");
    }

    @Test
    void everyTagThatOpensCloses() {
        String html = HtmlReport.render(SampleRuns.mnist());
        for (String tag : List.of(
                "html", "head", "body", "main", "header", "section", "table", "thead", "tbody", "tr", "td", "th", "ol",
                "ul", "li", "p", "h2", "h3", "figure", "div", "caption", "code", "a", "nav")) {
            assertThat(Pattern.compile("<" + tag + "[ >]")
                            .matcher(html)
                            .results()
                            .count())
                    .as(tag)
                    .isEqualTo(Pattern.compile("</" + tag + ">")
                            .matcher(html)
                            .results()
                            .count());
        }
    }
}

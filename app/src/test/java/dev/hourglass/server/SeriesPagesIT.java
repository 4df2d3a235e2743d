package dev.hourglass.server;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** A person looks for a fault in a series in a real browser, says what it is, and scores a file of their own. */
@EnabledIf(
        value = "dev.hourglass.server.Workbench#hasBrowser",
        disabledReason = "No Chromium at /usr/bin/chromium; install it, or name one by HOURGLASS_CHROMIUM")
class SeriesPagesIT {
    @TempDir
    private static Path runs;

    @TempDir
    private static Path own;

    /** Whether the picture has stripes of the known anomalies' colour between the lanes at a row. */
    private static final String RED_IS_DRAWN = """
            row => {
              const timeline = document.querySelector("hg-timeline");
              const canvas = timeline.querySelector("canvas");
              if (!timeline.width || canvas.width < timeline.width) {
                return false;
              }
              const dots = canvas.width / timeline.width;
              const at = Math.round(timeline.x(row) * dots);
              const { data } = canvas.getContext("2d").getImageData(at - 8, 14 * dots, 16, 60 * dots);
              for (let i = 0; i < data.length; i += 4) {
                if (data[i] - data[i + 1] > 60 && data[i] - data[i + 2] > 60) {
                  return true;
                }
              }
              return false;
            }""";

    private static final com.microsoft.playwright.Mouse.MoveOptions STEPS =
            new com.microsoft.playwright.Mouse.MoveOptions().setSteps(4);

    private static Workbench workbench;
    private static String run;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        Files.writeString(
                Files.createDirectories(runs.resolve(".data")).resolve("pump.csv"), SeriesApiIT.pump(800, 700));
        workbench = Workbench.open(runs);
        run = workbench.train(SeriesApiIT.recipe("pump.csv", "state", "good"));
    }

    @AfterAll
    static void nothingWasComplainedAbout() {
        var complaints = workbench.complaints();
        workbench.close();
        assertThat(complaints).isEmpty();
    }

    private static Page open(int width, ColorScheme scheme) {
        Page page = workbench.page(width, 900, scheme);
        page.setDefaultTimeout(120_000);
        page.navigate(workbench.at("/runs/" + run + "/anomaly?gap=3&row-threshold=0.05"));
        assertThat(page.locator("ol.events button")).hasCount(1);
        return page;
    }

    private static Locator fact(Page page, String name) {
        return page.locator("hg-series .facts > div")
                .filter(new Locator.FilterOptions().setHasText(Pattern.compile("^\\s*" + name)))
                .first();
    }

    private static double number(Page page, String script) {
        return ((Number) page.evaluate(
                        "() => { const timeline = document.querySelector('hg-timeline'); return " + script + "; }"))
                .doubleValue();
    }

    private static void picture(Page page, String name) {
        String folder = System.getProperty("hourglass.pages");
        if (folder != null) {
            page.screenshot(new Page.ScreenshotOptions()
                    .setFullPage(true)
                    .setClip(0, 0, page.viewportSize().width, 1800)
                    .setPath(Path.of(folder, name + ".png")));
        }
    }

    /** Violations of this card alone: the others have their own test. */
    private static void requireAccessible(Page page) {
        assertThat(Workbench.axe(page).include("hg-series").analyze().getViolations())
                .isEmpty();
    }

    @Test
    void aFaultIsSteppedToMarkedTheThresholdDraggedAndWhatIsNormalTrainedOn() throws IOException, InterruptedException {
        Page page = open(1280, ColorScheme.LIGHT);
        assertThat(fact(page, "Anomalies found")).containsText("1 of 1");

        page.keyboard().press("j");
        assertThat(page.locator("ol.events [aria-current]")).hasCount(1);
        assertThat(page.locator("ul.bars li").first()).containsText("heat");
        page.keyboard().press("?");
        assertThat(page.locator("dl.keys")).isVisible();
        requireAccessible(page);

        page.keyboard().press("n");
        assertThat(page.locator("ol.events [aria-current]")).containsText("normal");
        assertThat(fact(page, "False events")).containsText("1");
        assertThat(runs.resolve(run).resolve("marks/test.json")).content().contains("normal");
        page.keyboard().press("u");
        assertThat(page.locator("ol.events [aria-current]")).containsText("anomaly");

        double before = number(page, "timeline.view.to - timeline.view.from");
        page.locator("canvas.timeline").scrollIntoViewIfNeeded();
        BoundingBox box = page.locator("canvas.timeline").boundingBox();
        page.mouse().move(box.x + box.width / 2, box.y + 60);
        page.keyboard().down("Control");
        page.mouse().wheel(0, -80);
        page.keyboard().up("Control");
        page.waitForFunction(
                "before => { const { view } = document.querySelector('hg-timeline'); return view.to - view.from <"
                        + " before; }",
                before);

        double y = number(page, "timeline.scoreY(timeline.threshold)");
        page.mouse().move(box.x + box.width / 2, box.y + y);
        page.mouse().down();
        page.mouse()
                .move(
                        box.x + box.width / 2,
                        box.y + y - 8,
                        new com.microsoft.playwright.Mouse.MoveOptions().setSteps(4));
        page.mouse().up();
        assertThat(page.locator("output[for=row-threshold]")).not().hasText("0.05000");
        assertThat(page).hasURL(Pattern.compile("row-threshold=0\\.[1-9]"));

        page.locator("details.give summary").click();
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Train on what is normal"))
                .click();
        assertThat(page.locator("hg-own-data h2").first()).hasText(run + "-test-marked.csv");
        assertThat(page.locator("hg-own-data dl.facts").first()).containsText("200");
        assertThat(workbench
                        .get("api/data/" + run + "-test-marked.csv/preview?label=label")
                        .path("recipe")
                        .asString())
                .contains("train_on: {\"label\": [\"normal\"]}");
    }

    @Test
    void knownAnomaliesAreShadedAndPrecisionMovesWithTheThreshold() {
        Page page = open(1280, ColorScheme.LIGHT);
        assertThat(page.locator(".legend [data-of=known]")).isVisible();
        assertThat(page.locator("canvas.timeline"))
                .hasAttribute("aria-label", Pattern.compile("1 known anomaly of 20 rows shaded"));
        assertThat(number(page, "timeline.known[0].first")).isEqualTo(100);
        assertThat(number(page, "timeline.known[0].last")).isEqualTo(119);
        page.waitForFunction(RED_IS_DRAWN, 109.5);
        String precision = fact(page, "Precision").locator("dd").innerText();
        picture(page, "series-known");

        BoundingBox box = page.locator("canvas.timeline").boundingBox();
        double y = number(page, "timeline.scoreY(timeline.threshold)");
        double low = number(page, "timeline.scoreY(timeline.scale.low) - 3");
        page.mouse().move(box.x + box.width / 2, box.y + y);
        page.mouse().down();
        page.mouse().move(box.x + box.width / 2, box.y + low, STEPS);

        assertThat(fact(page, "Precision").locator("dd")).not().hasText(precision);
        assertThat(fact(page, "Recall").locator("dd")).hasText(Pattern.compile("100"));
        page.mouse().up();
        page.locator("hg-series")
                .getByLabel("bad", new Locator.GetByLabelOptions().setExact(true))
                .uncheck();
        assertThat(page.locator(".legend [data-of=known]")).hasCount(0);
    }

    @Test
    void aFileOfOnesOwnIsScoredAndItsScoresTakenAway() throws IOException {
        Path file = Files.writeString(own.resolve("later.csv"), SeriesApiIT.pump(300, 150));
        Page page = open(1280, ColorScheme.LIGHT);

        page.locator("#series-file").setInputFiles(file);

        assertThat(page.locator("#data-choice")).hasValue("data:later.csv");
        assertThat(page.locator("hg-series > section > .note").first()).containsText("300 rows");
        assertThat(page.locator("ol.events button").first()).containsText("2026-01-02 02:");
        Download scores = page.waitForDownload(
                () -> page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("All scores as CSV"))
                        .click());
        assertThat(Files.readAllLines(scores.path())).hasSize(301).first().isEqualTo("time,score");
        assertThat(runs.resolve(".data/later.csv")).exists();
    }

    @Test
    void aModelFileIsBroughtScoresASeriesAndIsRemoved() throws IOException {
        Path file = own.resolve("pump.keras");
        Files.copy(runs.resolve(run).resolve("models/dense_autoencoder.keras"), file);
        Page page = workbench.page(1280, 900, ColorScheme.LIGHT);
        page.setDefaultTimeout(120_000);
        page.navigate(workbench.at("/models"));
        page.locator("#model-file").setInputFiles(Files.writeString(own.resolve("words.keras"), "no model"));
        assertThat(page.locator("[role=alert]")).containsText("expected a model file of Keras");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Remove"))
                .click();
        assertThat(page.locator("h1")).hasText("Model files");

        page.locator("#model-file").setInputFiles(file);
        assertThat(page.locator("h1")).hasText("pump.keras");
        assertThat(page.locator("hg-architecture")).isVisible();
        page.locator("#data-choice").selectOption("data:pump.csv");

        assertThat(page.locator("hg-series > section > .note").first()).containsText("800 rows");
        assertThat(page.locator("hg-samples .tile").first()).isVisible();
        assertThat(page.locator("hg-denoising .facts").first()).isVisible();
        assertThat(Workbench.axe(page).analyze().getViolations()).isEmpty();
        picture(page, "model-file");
        page.setViewportSize(390, 900);
        picture(page, "model-file-narrow");
        // What was drawn for the wide page is drawn anew at the next frame.
        page.waitForFunction("document.documentElement.scrollWidth <= innerWidth");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Remove"))
                .click();
        assertThat(page.locator("hg-state")).hasCount(1);
        assertThat(page.locator("main")).not().containsText("pump.keras");
        assertThat(runs.resolve(".data/pump.keras")).doesNotExist();
    }

    @Test
    void aNarrowDarkPageHasRoomForAll() {
        Page page = open(390, ColorScheme.DARK);
        page.locator("ol.events button").first().click();

        assertThat(page.locator("ul.bars")).isVisible();
        picture(page, "series-narrow");
        requireAccessible(page);
        int beyond = (Integer) page.evaluate("document.documentElement.scrollWidth - innerWidth");
        assertThat(beyond).isLessThanOrEqualTo(0);
    }
}

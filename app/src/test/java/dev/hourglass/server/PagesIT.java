package dev.hourglass.server;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.HasTextOptions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import dev.hourglass.server.runs.StrangeFiles;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Each page does its main job in a real browser, on two small models that were trained through the API. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@EnabledIf(
        value = "dev.hourglass.server.Workbench#hasBrowser",
        disabledReason = "No Chromium at /usr/bin/chromium; install it, or name one by HOURGLASS_CHROMIUM")
class PagesIT {
    private static final String RECIPE = """
        title: Two small models
        data: {name: mnist, limit: %d}
        models:
          - name: cnn
            input: [28, 28, 1]
            encoder:
              - Conv2D: {name: enc, filters: 8, kernel_size: 3, strides: 4, activation: relu, padding: same}
              - Flatten: {}
              - Dense: {name: latent, units: 16}
            decoder:
              - Dense: {units: 784, activation: sigmoid}
              - Reshape: {target_shape: [28, 28, 1]}
          - name: lstm
            input: [28, 28]
            encoder:
              - LSTM: {name: latent, units: 12}
            decoder:
              - RepeatVector: {n: 28}
              - LSTM: {units: 12, return_sequences: true}
              - TimeDistributed: {layer: {Dense: {units: 28}}}
        training: {epochs: %d, batch_size: 32, seed: 7, threads: 2}
        """;
    private static final String VARIATIONAL = """
        title: A small variational model
        data: {name: mnist, limit: 300}
        models:
          - name: vae
            input: [28, 28, 1]
            encoder:
              - Flatten: {name: flat}
              - Dense: {name: mean, units: 2}
              - Dense: {name: log_variance, units: 2, inputs: flat}
              - Sampling: {name: latent, inputs: [mean, log_variance]}
            decoder:
              - Dense: {units: 784, activation: sigmoid}
              - Reshape: {target_shape: [28, 28, 1]}
        training: {loss: binary_crossentropy, epochs: 3, batch_size: 32, learning_rate: 0.01, seed: 7, threads: 2}
        """;
    private static final List<String> PAGES =
            List.of("run", "cnn", "lstm", "latent", "comparison", "analysis", "anomaly");

    private Path folder;
    private Workbench workbench;
    private String run;

    @BeforeAll
    void train(@TempDir Path runs) throws IOException, InterruptedException {
        folder = runs;
        workbench = Workbench.open(folder);
        run = workbench.train(RECIPE.formatted(400, 3));
    }

    @AfterEach
    void closePages() {
        workbench.closePages();
    }

    @AfterAll
    void nothingWasComplainedAbout() {
        List<String> complaints = workbench.complaints();
        workbench.close();
        assertThat(complaints).isEmpty();
    }

    private Page open(String place) {
        Page page = workbench.page();
        page.navigate(workbench.at(place));
        return page;
    }

    private Page openRun(String place) {
        return open("/runs/" + run + "/" + place);
    }

    private static Locator button(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private static Locator heading(Page page, String name) {
        return page.getByRole(
                AriaRole.HEADING, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private static Locator fact(Page page, String name) {
        Locator term = page.getByText(name, new Page.GetByTextOptions().setExact(true));
        return page.locator("dl.facts > div")
                .filter(new Locator.FilterOptions().setHas(term))
                .locator("dd");
    }

    private static void drag(Page page, double fromX, double fromY, double toX, double toY) {
        page.mouse().move(fromX, fromY);
        page.mouse().down();
        page.mouse().move((fromX + toX) / 2, (fromY + toY) / 2);
        page.mouse().move(toX, toY);
        page.mouse().up();
    }

    /** Whatever they hold: the words are the server's, and what comes from a file is shown as text. */
    @Test
    void homeNamesEachFolderThatCouldNotBeReadAndTheReason() throws IOException, InterruptedException {
        Path broken = Files.createDirectory(folder.resolve("broken"));
        Path hostile = Files.createDirectory(folder.resolve("hostile"));
        Path piped = Files.createDirectory(folder.resolve("piped"));
        try {
            Files.writeString(broken.resolve("run.json"), "{not JSON");
            Files.writeString(hostile.resolve("run.json"), "{\"recipe\": {\"<img src=x onerror=alert(1)>\": 1}}");
            StrangeFiles.pipe(piped.resolve("run.json"));
            Page page = open("/");
            Locator leftOut = page.getByRole(
                    AriaRole.LIST, new Page.GetByRoleOptions().setName("Folders that could not be read"));
            assertThat(leftOut.getByRole(AriaRole.LISTITEM)).hasCount(3);
            assertThat(leftOut.getByRole(AriaRole.LISTITEM).nth(0)).containsText("broken: run.json: no JSON");
            assertThat(leftOut.getByRole(AriaRole.LISTITEM).nth(1)).containsText("<img src=x onerror=alert(1)>");
            assertThat(leftOut.getByRole(AriaRole.LISTITEM).nth(2))
                    .hasText("piped: run.json: is a named pipe, expected a file");
            assertThat(page.getByRole(AriaRole.ROW)
                            .filter(new Locator.FilterOptions().setHasText("Two small models"))
                            .first())
                    .isVisible();
        } finally {
            for (Path strange : List.of(broken, hostile, piped)) {
                Files.deleteIfExists(strange.resolve("run.json"));
                Files.delete(strange);
            }
        }
    }

    @Test
    void homeListsTheRunWithItsModelsAndBestLosses() throws IOException, InterruptedException {
        double best = workbench
                .get("api/runs/" + run)
                .path("models")
                .path(0)
                .path("bestValidationLoss")
                .asDouble();
        Page page = open("/");

        Locator line = page.getByRole(AriaRole.ROW).filter(new Locator.FilterOptions().setHasText(run));
        assertThat(line.getByText("finished")).isVisible();
        assertThat(line.getByText("lstm")).isVisible();
        assertThat(line).containsText(String.format(Locale.ROOT, "%.3g", best).substring(0, 5));
    }

    @Test
    void homeSaysWhatALabWillTakeWhenAsked() {
        Page page = open("/");

        Locator lab = page.getByRole(AriaRole.ARTICLE).first();
        assertThat(lab.getByRole(
                        AriaRole.BUTTON,
                        new Locator.GetByRoleOptions().setName("Start").setExact(true)))
                .isEnabled();
        lab.getByText("Measure time and memory").click();
        assertThat(lab.locator("dd").first())
                .hasText(Pattern.compile("\\d.*(s|min)"), new HasTextOptions().setTimeout(60_000));
        // For which nobody asked.
        assertThat(page.getByRole(AriaRole.ARTICLE).last().locator("dd")).hasCount(0);
    }

    @Test
    void theFormForANewRunSaysWhatIsWrongAsOneTypes() {
        Page page = open("/?new=mnist");
        Locator start = button(page, "Start the run");

        page.getByLabel("Epochs").fill("0");
        assertThat(page.locator("#override-epochs-hint")).hasText("At least 1");
        assertThat(start).isDisabled();
        page.getByLabel("Epochs").fill("2");
        assertThat(start).isEnabled();
        button(page, "Edit the recipe as YAML").click();
        page.getByLabel("Recipe as YAML").fill("title: x\nmodles: []\n");
        assertThat(page.locator(".verdict")).containsText("modles");
        assertThat(start).isDisabled();
    }

    @Test
    void tickedRunsAreComparedAndTheTableSorts() {
        Page page = open("/");
        page.getByLabel("Compare " + run).check();
        button(page, "Compare 1 run").click();

        assertThat(heading(page, "Comparison")).isVisible();
        Locator models = page.locator("hg-table tbody th");
        assertThat(models).hasText(new String[] {"cnn", "lstm"});
        button(page, "Parameters").click();
        assertThat(models).hasText(new String[] {"lstm", "cnn"});
        assertThat(page.locator("td.best").first()).isVisible();
    }

    @Test
    void theBestEpochIsMarkedAndItsCurveCanBeSaved() throws IOException {
        Page page = openRun("run");
        assertThat(page.locator("hg-epochs td.best").first()).isVisible();

        Locator losses = page.locator("hg-chart").filter(new Locator.FilterOptions().setHasText("Loss by epoch"));
        assertThat(losses.locator("canvas").first()).isVisible();
        Download numbers = page.waitForDownload(() -> losses.getByText("CSV").click());
        assertThat(Files.readAllLines(numbers.path()))
                .hasSize(7)
                .first()
                .isEqualTo("model,epoch,loss,validation loss,MSE,validation MSE,MAE,validation MAE");
        Download picture = page.waitForDownload(() -> losses.getByText("PNG").click());
        assertThat(Files.readAllBytes(picture.path())).startsWith(0x89, 'P', 'N', 'G');
        losses.getByText("Table").click();
        assertThat(losses.locator("tbody tr")).hasCount(6);
    }

    /** The two parts of a variational loss have curves of their own; nobody else's has parts. */
    @Test
    void aVariationalRunShowsReconstructionAndDivergence() throws IOException, InterruptedException {
        assertThat(openRun("run")
                        .locator("hg-chart")
                        .filter(new Locator.FilterOptions().setHasText("KL divergence by epoch")))
                .hasCount(0);
        String variational = workbench.train(VARIATIONAL);
        Page page = open("/runs/" + variational + "/run");
        Locator divergence =
                page.locator("hg-chart").filter(new Locator.FilterOptions().setHasText("KL divergence by epoch"));
        assertThat(divergence.locator("canvas").first()).isVisible();
        Download numbers =
                page.waitForDownload(() -> divergence.getByText("CSV").click());
        List<String> lines = Files.readAllLines(numbers.path());
        assertThat(lines).hasSize(4).first().isEqualTo("model,epoch,KL divergence,validation KL divergence");
        JsonNode last = workbench
                .get("api/runs/" + variational + "/history")
                .path("models")
                .path(0)
                .path("epochs")
                .path(2);
        assertThat(last.path("validationDivergence").asDouble()).isGreaterThan(0.01);
        assertThat(last.path("validationReconstruction").asDouble()
                        + last.path("validationDivergence").asDouble())
                .isCloseTo(last.path("validationLoss").asDouble(), within(1e-6));
        assertThat(lines.getLast()).startsWith("vae,3,");
        assertThat(Double.parseDouble(lines.getLast().split(",", -1)[3]))
                .isEqualTo(last.path("validationDivergence").asDouble());
        assertThat(page.locator("hg-epochs th").filter(new Locator.FilterOptions().setHasText("Validation KL")))
                .hasCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cnn", "lstm"})
    void theWorstSamplesComeFirstAndOneIsShownWhole(String model) {
        Page page = openRun(model);
        button(page, "Oddest first").click();

        Locator errors = page.locator("hg-samples .tile span");
        assertThat(errors).hasCount(24);
        page.waitForCondition(() ->
                isFalling(errors.allTextContents().stream().map(Double::valueOf).toList()));
        page.locator("hg-samples .tile").nth(3).click();
        assertThat(fact(page, "MSE").first()).hasText(errors.nth(3).textContent());
        assertThat(page.locator("hg-samples .triptych canvas")).hasCount(3);
    }

    @Test
    void theArchitectureIsAnHourglassWithShapesParametersAndCost() {
        Page page = openRun("cnn");

        Locator waist = page.locator("table.architecture tr[data-waist]");
        assertThat(waist).containsText("latent");
        assertThat(waist).containsText("16");
        assertThat(waist.locator("svg path")).hasAttribute("d", Pattern.compile("M.*z"));
        assertThat(page.locator("table.architecture tbody tr")).hasCount(6);
    }

    @Test
    void whatOneDrawsIsAnsweredWithCodeReconstructionAndError() {
        Page page = openRun("cnn");
        Locator sheet = page.locator("canvas.drawing");
        sheet.scrollIntoViewIfNeeded();
        BoundingBox box = sheet.boundingBox();
        drag(page, box.x + 150, box.y + 50, box.x + 140, box.y + 250);

        Locator answer = page.locator("hg-own-sample hg-sample");
        assertThat(answer.locator(".triptych canvas")).hasCount(3);
        assertThat(answer).containsText("Code: 16 numbers");
        assertThat(answer).containsText("Answer after");
        assertThat(button(page, "Clear")).isVisible();
    }

    @Test
    void filtersAndFeatureMapsOfALayerAreShown() {
        Page page = openRun("cnn?layer=enc");

        assertThat(page.locator("#filters canvas")).hasCount(8);
        assertThat(page.locator("#feature-maps canvas")).hasCount(8);
        page.getByLabel("Layer").selectOption("latent");
        assertThat(page.locator("#feature-maps canvas")).hasCount(1);
    }

    @Test
    void theMapShowsSamplesDecodesPlacesAndWalks() {
        Page page = openRun("latent");
        BoundingBox map = map(page);

        // The first corner is empty: PCA's cloud is round.
        page.mouse().click(map.x + 6, map.y + 6);
        assertThat(heading(page, "Decoded place")).isVisible();
        assertThat(page.locator("hg-place .decoded canvas")).isVisible();
        button(page, "Walk").click();
        drag(page, map.x + 0.35 * map.width, map.y + map.height / 2, map.x + 0.65 * map.width, map.y + map.height / 2);
        assertThat(heading(page, "Walk")).isVisible();
        assertThat(page.locator("hg-place .maps canvas")).hasCount(12);
    }

    @Test
    void theLassoGivesATableAndAFile() throws IOException {
        Page page = openRun("latent?tool=lasso");
        BoundingBox map = map(page);

        page.mouse().move(map.x + 3, map.y + 3);
        page.mouse().down();
        page.mouse().move(map.x + map.width - 3, map.y + 3);
        page.mouse().move(map.x + map.width - 3, map.y + map.height - 3);
        page.mouse().move(map.x + 3, map.y + map.height - 3);
        page.mouse().up();
        assertThat(heading(page, "400 samples chosen")).isVisible();
        assertThat(page.locator("hg-selection tbody tr")).hasCount(200);
        Download file = page.waitForDownload(
                () -> page.locator("hg-selection").getByText("CSV").click());
        assertThat(Files.readAllLines(file.path()))
                .hasSize(401)
                .first()
                .asString()
                .startsWith("index,x,y,label,mse,mae,code_0");
    }

    @Test
    void aSliderOfADirectionChangesTheDecodedSample() {
        Page page = openRun("latent");
        Locator picture = page.locator("hg-directions .decoded canvas");
        assertThat(picture).isVisible();

        String pixels = "canvas => canvas.toDataURL()";
        Object before = picture.evaluate(pixels);
        page.locator("#direction-0").fill("3");
        page.waitForFunction(
                "before => document.querySelector('hg-directions .decoded canvas').toDataURL() !== before", before);
        assertThat(picture.evaluate(pixels)).isNotEqualTo(before);
    }

    @Test
    void theMapKeepsItsPlaceOverAReload() {
        Page page = openRun("latent");
        map(page);
        button(page, "Zoom in").click();
        page.waitForURL(Pattern.compile(".*view=.*"));
        String view =
                "() => Object.values(document.querySelector('hg-map').view).map(each => each.toPrecision(4)).join()";
        Object before = page.evaluate(view);
        page.reload();
        map(page);
        assertThat(page.evaluate(view)).isEqualTo(before);
    }

    /** Where the map is, once its points are drawn. */
    private static BoundingBox map(Page page) {
        Locator canvas = page.locator(".map canvas");
        assertThat(canvas).isVisible();
        page.waitForFunction("() => document.querySelector('hg-map')?.view != null");
        return canvas.boundingBox();
    }

    @Test
    void theAnalysisShowsFindingsPlotsTablesAndFiles() throws IOException {
        Page page = openRun("analysis");

        assertThat(page.locator(".findings li").first()).isVisible();
        Locator plot = page.locator(".plots img").first();
        assertThat(plot).isVisible();
        assertThat(plot).hasAttribute("width", Pattern.compile("\\d{3,4}"));
        assertThat(page.locator("hg-table").first()).isVisible();
        Locator codes =
                page.locator("hg-table").filter(new Locator.FilterOptions().setHas(heading(page, "CNN latent")));
        assertThat(codes.locator("tbody tr")).hasCount(25);
        codes.getByText("Show all 400 rows").click();
        assertThat(codes.locator("tbody tr")).hasCount(400);
        Download file = page.waitForDownload(
                () -> page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("results/comparison.csv"))
                        .click());
        assertThat(Files.readString(file.path())).contains("cnn");
    }

    @Test
    void theThresholdCountsAndJudges() {
        Page page = openRun("anomaly?anomalous=1");
        Locator flagged = fact(page, "Flagged");
        assertThat(flagged).hasText("20 of 400");

        page.locator("#threshold").press("Home");
        assertThat(flagged).hasText(Pattern.compile("(399|400) of 400"));
        assertThat(fact(page, "Recall")).hasText(Pattern.compile("100\\.0.*"));
        page.locator("#threshold").press("End");
        assertThat(fact(page, "Precision")).isVisible();
        assertThat(page.locator("hg-anomalies .tile")).hasCount(12);
    }

    @Test
    void noiseIsAddedAndTakenAway() {
        Page page = openRun("anomaly");
        Locator noisy = fact(page, "PSNR, noisy");
        assertThat(noisy).hasText(Pattern.compile("\\d.*dB"));
        String before = noisy.textContent();

        page.locator("#noise").fill("0.8");
        assertThat(noisy).not().hasText(before);
        assertThat(page.locator("hg-denoising .triptych canvas")).hasCount(3);
    }

    @Test
    void theSliderOverTheEpochsStaysWhereItWasPutWhileNewOnesArrive() throws IOException, InterruptedException {
        String live = workbench.start(RECIPE.formatted(1500, 1000));
        Page page = open("/runs/" + live + "/run");
        Locator epochs = page.locator("hg-epochs tbody tr");
        assertThat(epochs.nth(2)).isVisible();
        Locator slider = page.locator("#epoch-slider");
        Locator shown = page.locator("output[for=epoch-slider]");
        assertThat(slider).isEnabled();

        slider.fill("1");
        assertThat(shown).hasText(Pattern.compile("2 of \\d+"));
        String before = shown.textContent();
        assertThat(epochs.nth(epochs.count() + 2)).isVisible();
        assertThat(shown).not().hasText(before);
        assertThat(shown).hasText(Pattern.compile("2 of \\d+"));
        assertThat(slider).hasValue("1");
        page.reload();
        assertThat(shown).hasText(Pattern.compile("2 of \\d+"));
        assertThat(page.locator("hg-reconstructions .samples-strip")).containsText("After epoch 2");
        button(page, "Stop").last().click();
        assertThat(button(page, "Continue")).isVisible();
    }

    @Test
    void aStoppedRunIsContinued() throws IOException, InterruptedException {
        String live = workbench.start(RECIPE.formatted(1500, 1000));
        Page page = open("/runs/" + live + "/run");
        Locator epochs = page.locator("hg-epochs tbody tr");
        assertThat(epochs.first()).isVisible();
        button(page, "Stop").last().click();
        button(page, "Continue").click();

        int before = epochs.count();
        assertThat(button(page, "Pause")).isVisible();
        assertThat(epochs.nth(before)).isVisible();
        button(page, "Pause").click();
        assertThat(button(page, "Resume")).isVisible();
        button(page, "Stop").last().click();
        assertThat(button(page, "Continue")).isVisible();
    }

    @Test
    void aForkGoesOnFromItsEpochWithOtherOptions() throws IOException, InterruptedException {
        Page page = openRun("run");
        button(page, "Fork cnn from epoch 2").click();
        Locator form = page.locator("form.fork");
        assertThat(form).containsText("epoch 2");
        form.getByLabel("Epochs").fill("4");
        form.getByLabel("Learning rate").fill("-1");
        assertThat(form.locator("#override-learningRate-hint")).hasText("A number above 0 is needed");
        form.getByLabel("Learning rate").fill("0.0005");
        button(page, "Start the fork").click();

        assertThat(page.getByText("fork of " + run)).isVisible();
        Locator last = page.locator("hg-epochs tbody tr")
                .filter(new Locator.FilterOptions().setHasText(Pattern.compile("^\\s*cnn\\s*4\\s")));
        assertThat(last).containsText("0.0005");
        String fork = page.url().replaceAll(".*/runs/([^/]+)/.*", "$1");
        assertThat(fork).isNotEqualTo(run);
        workbench.await(fork, "finished");
    }

    @Test
    void aPictureOfOnesOwnIsAnsweredAndSeveralSamplesCanBeLookedThrough(@TempDir Path folder) throws IOException {
        BufferedImage bar = new BufferedImage(56, 56, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 8; y < 48; y++) {
            for (int x = 24; x < 32; x++) {
                bar.setRGB(x, y, 0xffffff);
            }
        }
        Path picture = folder.resolve("bar.png");
        ImageIO.write(bar, "png", picture.toFile());
        Page page = openRun("cnn");
        page.locator("#own-file").setInputFiles(picture);
        Locator answer = page.locator("hg-own-sample hg-sample");
        assertThat(answer.locator(".triptych canvas")).hasCount(3);
        assertThat(page.getByText("1 sample read.")).isVisible();

        Page lstm = openRun("lstm");
        lstm.locator("#own-file").setInputFiles(series(folder, 28 * 3));
        assertThat(lstm.getByText("3 samples read.")).isVisible();
        button(lstm, "Look at all of them").click();
        assertThat(lstm.locator("hg-samples .tile")).hasCount(3);
    }

    /** A table of 28 columns, to be cut into windows of 28 steps. */
    private static Path series(Path folder, int steps) throws IOException {
        StringBuilder csv = new StringBuilder();
        for (int step = 0; step < steps; step++) {
            for (int feature = 0; feature < 28; feature++) {
                csv.append(String.format(Locale.ROOT, "%.4f", 0.5 + 0.5 * Math.sin(step / 5.0 + feature)));
                csv.append(feature < 27 ? ',' : '\n');
            }
        }
        return Files.writeString(folder.resolve("series.csv"), csv);
    }

    @Test
    void aFileOfOnesOwnIsScored(@TempDir Path folder) throws IOException {
        Page page = openRun("anomaly?model=lstm");
        assertThat(fact(page, "Flagged")).hasText("20 of 400");
        page.locator("#score-file").setInputFiles(series(folder, 28 * 40));

        assertThat(fact(page, "Flagged")).hasText("2 of 40");
        assertThat(page.locator("hg-anomalies .tile")).hasCount(12);
        Download errors =
                page.waitForDownload(() -> button(page, "All errors as CSV").click());
        assertThat(Files.readAllLines(errors.path()))
                .hasSize(41)
                .first()
                .asString()
                .startsWith("index,");
        page.locator("#score-file").setInputFiles(Files.writeString(folder.resolve("wrong.csv"), "a,b\n1,x\n"));
        assertThat(page.locator("hg-anomalies [role=alert]")).isVisible();
    }

    @Test
    void aPlotThatIsNoChartIsSavedAsPictureAndNumbers() throws IOException {
        Page page = openRun("latent");
        map(page);
        Locator bar = page.getByRole(
                AriaRole.GROUP,
                new Page.GetByRoleOptions().setName("Save the map").setExact(true));
        Download picture = page.waitForDownload(() -> bar.getByText("PNG").click());
        assertThat(Files.readAllBytes(picture.path())).startsWith(0x89, 'P', 'N', 'G');
        Download numbers = page.waitForDownload(() -> bar.getByText("CSV").click());
        assertThat(Files.readAllLines(numbers.path())).hasSize(401).first().isEqualTo("index,x,y,label");
    }

    @Test
    void theKeyboardAloneReachesAndMovesTheMap() {
        Page page = openRun("latent");
        map(page);
        Locator canvas = page.locator(".map canvas");
        for (int presses = 0; presses < 60 && !(boolean) canvas.evaluate("it => it === document.activeElement"); ) {
            page.keyboard().press("Tab");
            presses++;
        }
        assertThat(canvas).isFocused();
        double before = ((Number) page.evaluate("() => document.querySelector('hg-map').view.x")).doubleValue();
        page.keyboard().press("ArrowRight");
        page.waitForFunction("before => document.querySelector('hg-map').view.x > before", before);
        page.keyboard().press("Enter");
        assertThat(heading(page, "Decoded place")).isVisible();
    }

    @Test
    void aReloadAPauseAndARestartOfTheServerLoseNothing() throws IOException, InterruptedException {
        String live = workbench.start(RECIPE.formatted(3000, 1000));
        Page page = open("/runs/" + live + "/run");
        Locator epochs = page.locator("hg-epochs tbody tr");
        assertThat(epochs.nth(1)).isVisible();

        page.reload();
        assertThat(epochs.nth(1)).isVisible();
        button(page, "Pause").click();
        assertThat(button(page, "Resume")).isVisible();
        assertThat(workbench.state(live)).isEqualTo("paused");
        button(page, "Resume").click();
        assertThat(button(page, "Pause")).isVisible();

        int before = epochs.count();
        workbench.restart();
        assertThat(epochs.nth(before)).isVisible(); // the restarted server goes on with the run, and the page sees it
        button(page, "Stop").last().click();
        assertThat(button(page, "Continue")).isVisible();
    }

    private static boolean isFalling(List<Double> errors) {
        return errors.stream().sorted(Comparator.reverseOrder()).toList().equals(errors);
    }

    @ParameterizedTest
    @ValueSource(strings = {"LIGHT", "DARK"})
    void axeFindsNothingSerious(ColorScheme scheme) {
        Page page = workbench.page(1280, 900, scheme);
        for (String place : places()) {
            page.navigate("about:blank");
            page.navigate(workbench.at(place));
            settle(page);
            assertThat(Workbench.axe(page).analyze().getViolations())
                    .as(place)
                    .filteredOn(rule -> List.of("serious", "critical").contains(rule.getImpact()))
                    .extracting(rule ->
                            rule.getId() + " " + rule.getNodes().getFirst().getTarget())
                    .isEmpty();
        }
    }

    @Test
    void nothingIsWiderThanANarrowWindow() {
        Page page = workbench.page(390, 844, ColorScheme.LIGHT);
        for (String place : places()) {
            page.navigate("about:blank");
            page.navigate(workbench.at(place));
            settle(page);
            assertThat((int) page.evaluate("document.documentElement.scrollWidth"))
                    .as(place)
                    .isLessThanOrEqualTo(390);
        }
    }

    private List<String> places() {
        return Stream.concat(Stream.of("/", "/?new=mnist"), PAGES.stream().map(page -> "/runs/" + run + "/" + page))
                .toList();
    }

    /** Waits until what was asked for has come and nothing is a placeholder any more. */
    private static void settle(Page page) {
        assertThat(page.locator("h1")).isVisible();
        assertThat(page.locator("main .skeleton")).hasCount(0);
    }
}

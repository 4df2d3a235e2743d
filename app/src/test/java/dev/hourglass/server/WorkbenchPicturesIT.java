package dev.hourglass.server;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.HasCountOptions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The README's pictures and the map's speed, on a run of the whole MNIST lab. Only where {@code hourglass.pictures.run}
 * names its folder: {@code docs/images/make-workbench-pictures RUN} does.
 */
@EnabledIfSystemProperty(named = "hourglass.pictures.run", matches = ".+")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WorkbenchPicturesIT {
    private static final int WIDTH = 1280;
    private static final int HEIGHT = 820;
    private static final HasCountOptions PATIENT = new HasCountOptions().setTimeout(180_000);

    /** Pans the map for four seconds; each frame waits until it is drawn, by reading a pixel of it. */
    private static final String FRAMES_PER_SECOND = """
            async () => {
              const canvas = document.querySelector(".map canvas");
              const box = canvas.getBoundingClientRect();
              const gl = canvas.getContext("webgl2");
              const pixel = new Uint8Array(4);
              const send = (type, x, y) => canvas.dispatchEvent(new PointerEvent(type, {
                clientX: box.left + x, clientY: box.top + y, pointerId: 1, button: 0, bubbles: true }));
              canvas.setPointerCapture = () => {};
              send("pointerdown", 300, 300);
              const start = performance.now();
              let frames = 0;
              await new Promise((done) => {
                const frame = () => {
                  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
                  frames++;
                  send("pointermove", 300 + 80 * Math.sin(frames / 10), 300 + 80 * Math.cos(frames / 10));
                  if (performance.now() - start < 4000) requestAnimationFrame(frame); else done();
                };
                requestAnimationFrame(frame);
              });
              const seconds = (performance.now() - start) / 1000;
              send("pointerup", 300, 300);
              delete canvas.setPointerCapture;
              return frames / seconds;
            }
            """;

    private final Path images = Path.of("..", "docs", "images");
    private Workbench workbench;
    private String run;

    @BeforeAll
    void open() {
        Path folder = Path.of(System.getProperty("hourglass.pictures.run")).toAbsolutePath();
        run = String.valueOf(folder.getFileName());
        workbench = Workbench.open(folder.resolveSibling(""));
    }

    @AfterAll
    void close() {
        workbench.close();
    }

    private Page page(String place, ColorScheme scheme) {
        Page page = workbench.page(WIDTH, HEIGHT, scheme);
        page.navigate(workbench.at(place));
        assertThat(page.locator("h1")).isVisible();
        return page;
    }

    private void picture(Page page, String name) {
        assertThat(page.locator("main .skeleton")).hasCount(0);
        assertThat(page.locator("main hg-state [role=status]")).hasCount(0, PATIENT); // no job goes on
        page.waitForTimeout(1500);
        Path file = images.resolve("workbench-" + name + ".png");
        page.screenshot(new Page.ScreenshotOptions().setPath(file));
        assertThat(Files.exists(file)).isTrue();
        workbench.closePages();
    }

    @Test
    void home() {
        picture(page("/", ColorScheme.LIGHT), "home");
    }

    @Test
    void run() {
        picture(page("/runs/" + run + "/run", ColorScheme.DARK), "run");
    }

    @Test
    void drawing() {
        Page page = page("/runs/" + run + "/cnn", ColorScheme.LIGHT);
        Locator sheet = page.locator("canvas.drawing");
        page.locator("hg-own-sample section").evaluate("section => section.scrollIntoView()");
        BoundingBox box = sheet.boundingBox();
        double[][] three = {
            {80, 70}, {130, 45}, {190, 60}, {200, 110}, {140, 145}, {205, 180}, {200, 245}, {130, 270}, {75, 240}
        };
        page.mouse().move(box.x + three[0][0], box.y + three[0][1]);
        page.mouse().down();
        for (double[] place : three) {
            page.mouse().move(box.x + place[0], box.y + place[1]);
        }
        page.mouse().up();
        assertThat(page.locator("hg-own-sample .triptych canvas")).hasCount(3);
        picture(page, "drawing");
    }

    @Test
    void hourglass() {
        Page page = page("/runs/" + run + "/cnn", ColorScheme.LIGHT);
        page.locator("hg-architecture section").evaluate("section => section.scrollIntoView()");
        picture(page, "hourglass");
    }

    @Test
    void anomalies() {
        picture(page("/runs/" + run + "/anomaly?model=lstm&anomalous=8", ColorScheme.LIGHT), "anomaly");
    }

    @Test
    void theMapOfSixtyThousandCodesMovesByAtLeastFifteenFramesASecond(TestReporter reporter) {
        Page page = page("/runs/" + run + "/latent?model=lstm&data=train", ColorScheme.DARK);
        page.waitForFunction(
                "() => document.querySelector('hg-map')?.view != null",
                null,
                new Page.WaitForFunctionOptions().setTimeout(300_000));
        assertThat(page.getByText("60,000 samples")).isVisible();

        assertThat(page.locator("main .skeleton")).hasCount(0);
        double framesPerSecond = ((Number) page.evaluate(FRAMES_PER_SECOND)).doubleValue();
        reporter.publishEntry("frames a second", Double.toString(framesPerSecond));
        assertThat(framesPerSecond).isGreaterThanOrEqualTo(15);

        page.getByRole(
                        AriaRole.BUTTON,
                        new Page.GetByRoleOptions().setName("All").setExact(true))
                .click();
        BoundingBox map = page.locator(".map canvas").boundingBox();
        page.mouse().click(map.x + map.width / 2, map.y + map.height / 2);
        assertThat(page.locator("hg-place hg-sample")).isVisible();
        picture(page, "latent");
    }
}

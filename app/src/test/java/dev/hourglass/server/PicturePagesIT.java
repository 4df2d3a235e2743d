package dev.hourglass.server;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** A person looks at the oddest pictures, where they are odd, and at noise that goes away, in a real browser. */
@EnabledIf(
        value = "dev.hourglass.server.Workbench#hasBrowser",
        disabledReason = "No Chromium at /usr/bin/chromium; install it, or name one by HOURGLASS_CHROMIUM")
class PicturePagesIT {
    private static final int SIDE = 24;

    private static final String RECIPE = """
            title: "Photos"
            data: {images: photos, size: [24, 24], test_share: 0.4}
            models:
              - name: dense
                input: [24, 24, 3]
                encoder:
                  - Flatten
                  - Dense: {name: code, units: 8, activation: linear}
                decoder:
                  - Dense: {name: back, units: 1728, activation: sigmoid}
                  - Reshape: {target_shape: [24, 24, 3]}
            training: {epochs: 8, batch_size: 8, learning_rate: 0.01, threads: 2, noise: {gaussian: 0.1}}
            outputs: {examples: 2, plots: false, report: false}
            """;

    @TempDir
    private static Path runs;

    private static Workbench workbench;
    private static String run;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        Path photos = Files.createDirectories(runs.resolve(".data/photos"));
        for (int i = 0; i < 40; i++) {
            ImageIO.write(
                    picture(i),
                    "png",
                    photos.resolve("photo-%02d.png".formatted(i)).toFile());
        }
        workbench = Workbench.open(runs);
        run = workbench.train(RECIPE);
        // What came later is odd: it is tested by under its own name.
        BufferedImage odd = picture(3);
        for (int y = 3; y < 9; y++) {
            for (int x = 15; x < 21; x++) {
                odd.setRGB(x, y, Color.WHITE.getRGB());
            }
        }
        Path later = Files.createDirectories(runs.resolve(".data/later"));
        for (int i = 0; i < 5; i++) {
            ImageIO.write(
                    picture(i), "png", later.resolve("usual-" + i + ".png").toFile());
        }
        ImageIO.write(odd, "png", later.resolve("odd.png").toFile());
    }

    /** A soft slope of colours, a little different each time. */
    private static BufferedImage picture(int number) {
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                image.setRGB(x, y, new Color(4 * x, 40 + 4 * y, 90 + number).getRGB());
            }
        }
        return image;
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
        page.navigate(workbench.at("/runs/" + run + "/anomaly?data=data:later"));
        return page;
    }

    private static void picture(Page page, String name) {
        String folder = System.getProperty("hourglass.pages");
        if (folder != null) {
            page.screenshot(new Page.ScreenshotOptions()
                    .setFullPage(true)
                    .setClip(0, 0, page.viewportSize().width, 2800)
                    .setPath(Path.of(folder, name + ".png")));
        }
    }

    private static double number(Locator element, String script) {
        return ((Number) element.evaluate("element => " + script)).doubleValue();
    }

    @Test
    void theOddestIsFirstUnderItsNameAndItsOddRegionIsShown() {
        Page page = open(1280, ColorScheme.LIGHT);
        Locator first = page.locator("hg-anomalies .tile").first();
        assertThat(first).containsText("odd.png");
        assertThat(page.locator("hg-anomalies hg-sample h3").first()).containsText("odd.png");
        Locator sample = page.locator("hg-anomalies hg-sample");
        sample.getByLabel("Error over the input").check();
        sample.getByLabel("by region").check();

        Locator map = sample.locator("canvas").nth(2);
        assertThat(map).hasAttribute("aria-label", "Error by region over the input");
        // The square lies in regions of 3 pixels; the pixels of one are equally orange, those far away are not.
        String redness = "(([red, , blue]) => red - blue)(element.getContext('2d').getImageData(%d, %d, 1, 1).data)";
        assertThat(number(map, redness.formatted(16, 4))).isGreaterThan(100);
        assertThat(number(map, redness.formatted(2, 20))).isLessThan(0);
        picture(page, "pictures-odd");
        assertThat(Workbench.axe(page).include("hg-anomalies").analyze().getViolations())
                .isEmpty();
    }

    @Test
    void beforeAndAfterAreComparedByKeysByPointerAndForAPictureOfOnesOwn() throws IOException {
        Page page = open(1280, ColorScheme.LIGHT);
        Locator slider = page.locator("hg-denoising .before-after input").first();
        assertThat(slider).hasValue("50");
        slider.press("ArrowRight");
        assertThat(slider).hasValue("51");
        slider.press("Home");
        assertThat(slider).hasAttribute("aria-valuetext", "0 % with noise");
        BoundingBox box = slider.boundingBox();
        page.mouse().click(box.x + box.width * 0.75, box.y + box.height / 2);
        assertThat(slider).hasValue(Pattern.compile("7\\d"));
        assertThat(number(
                        page.locator("hg-denoising .before-after .line").first(), "element.getBoundingClientRect().x"))
                .isBetween(box.x + box.width * 0.68, box.x + box.width * 0.82);

        page.locator("#noisy-file").setInputFiles(runs.resolve(".data/later/odd.png"));

        assertThat(page.locator("hg-denoising h3").first()).hasText("odd.png");
        assertThat(page.locator("hg-denoising .before-after")).hasCount(2);
        picture(page, "pictures-denoising");
        assertThat(Workbench.axe(page).include("hg-denoising").analyze().getViolations())
                .isEmpty();
        page.locator("#noisy-file").setInputFiles(Files.writeString(runs.resolve("words.png"), "no picture"));
        assertThat(page.locator("hg-denoising [role=alert]")).isVisible();
    }

    @Test
    void aNarrowDarkPageHasRoomForAll() {
        Page page = open(390, ColorScheme.DARK);
        assertThat(page.locator("hg-denoising .before-after")).isVisible();
        assertThat(page.locator("hg-anomalies .tile").first()).containsText("odd.png");
        picture(page, "pictures-narrow");
        int beyond = (Integer) page.evaluate("document.documentElement.scrollWidth - innerWidth");
        assertThat(beyond).isLessThanOrEqualTo(0);
        assertThat(Workbench.axe(page).analyze().getViolations()).isEmpty();
    }
}

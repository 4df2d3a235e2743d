package dev.hourglass.server;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** A person brings data in a real browser, chooses what is made of them, and starts a run. */
@EnabledIf(
        value = "dev.hourglass.server.Workbench#hasBrowser",
        disabledReason = "No Chromium at /usr/bin/chromium; install it, or name one by HOURGLASS_CHROMIUM")
class OwnDataPagesIT {
    @TempDir
    private Path runs;

    @TempDir
    private Path own;

    private Workbench workbench;

    @BeforeEach
    void start() {
        workbench = Workbench.open(runs);
    }

    @AfterEach
    void nothingWasComplainedAbout() {
        var complaints = workbench.complaints();
        workbench.close();
        assertThat(complaints).isEmpty();
    }

    private Page home(int width) {
        Page page = workbench.page(width, 900, ColorScheme.LIGHT);
        page.navigate(workbench.at("/"));
        return page;
    }

    private static Locator button(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private static Locator labelled(Page page, String label) {
        return page.getByLabel(label, new Page.GetByLabelOptions().setExact(true));
    }

    private Path pump() throws IOException {
        StringBuilder text = new StringBuilder("time,flow,pressure,status\n");
        for (int row = 0; row < 400; row++) {
            text.append("2026-01-02T03:%02d:%02d,".formatted(row / 60, row % 60))
                    .append(Math.sin(row / 5.0))
                    .append(',')
                    .append(row % 7)
                    .append(row % 50 == 3 ? ",bad\n" : ",good\n");
        }
        return Files.writeString(own.resolve("pump.csv"), text);
    }

    private static void picture(Page page, String name) throws IOException {
        String folder = System.getProperty("hourglass.pages");
        if (folder != null) {
            Files.write(
                    Path.of(folder, name + ".png"),
                    page.screenshot(new Page.ScreenshotOptions()
                            .setFullPage(true)
                            .setClip(0, 0, page.viewportSize().width, 2600)));
        }
    }

    /** As a person drops it from a file manager: the browser reads the file or folder itself. */
    private static void drop(Page page, Path what) {
        Locator target = page.locator("hg-bring .drop");
        target.scrollIntoViewIfNeeded();
        BoundingBox box = target.boundingBox();
        JsonArray files = new JsonArray();
        files.add(what.toString());
        JsonObject data = new JsonObject();
        data.add("items", new JsonArray());
        data.add("files", files);
        data.addProperty("dragOperationsMask", 1);
        CDPSession session = page.context().newCDPSession(page);
        for (String type : List.of("dragEnter", "dragOver", "drop")) {
            JsonObject event = new JsonObject();
            event.addProperty("type", type);
            event.addProperty("x", box.x + box.width / 2);
            event.addProperty("y", box.y + box.height / 2);
            event.add("data", data);
            session.send("Input.dispatchDragEvent", event);
            if (type.equals("dragOver")) {
                assertThat(target).hasAttribute("data-over", "");
            }
        }
        assertThat(target).not().hasAttribute("data-over", "");
    }

    @Test
    void aTableIsDroppedLookedAtChangedTrainedOnAndRemoved() throws IOException, InterruptedException {
        Page page = home(1280);
        drop(page, pump());

        assertThat(page.locator("hg-own-data dl.facts").first()).containsText("400");
        assertThat(labelled(page, "What status is for")).hasValue("label");
        assertThat(labelled(page, "What time is for")).hasValue("time");
        assertThat(page.locator(".verdict")).containsText("conv1d: 40 × 2");
        labelled(page, "Use pressure").uncheck();
        labelled(page, "Rows of a window").fill("10");
        labelled(page, "Model").selectOption("lstm");
        assertThat(page.locator(".verdict")).containsText("lstm: 10 × 1");
        labelled(page, "Model").selectOption("conv1d");
        assertThat(page.locator("hg-own-data .message")).containsText("Use 8 or 12");
        labelled(page, "Model").selectOption("lstm");
        labelled(page, "Epochs").fill("1");
        assertThat(page.locator("hg-own-data .estimate")).containsText("measured on this machine");
        assertThat(Workbench.axe(page).analyze().getViolations()).isEmpty();
        picture(page, "table");

        button(page, "Start the run").click();

        page.waitForURL(Pattern.compile(".*#/runs/pump-.*/run"));
        String run = page.url().replaceAll(".*#/runs/([^/]+)/run.*", "$1");
        workbench.await(run, "finished");
        page.navigate(workbench.at("/"));
        button(page, "Remove pump.csv").click();
        assertThat(button(page, "Remove pump.csv")).hasCount(0);
        assertThat(page.locator("hg-labs .estimate dl")).hasCount(0);
        assertThat(runs.resolve(".data/pump.csv")).doesNotExist();
    }

    @Test
    void whatWasStoppedGoesOnAndATakenNameGetsANumber() throws IOException {
        Page page = home(390);
        int[] pieces = {0};
        page.route("**/api/uploads/*/files/**", route -> {
            if (++pieces[0] == 1) {
                route.abort();
            } else {
                route.resume();
            }
        });
        page.locator("#bring-file").setInputFiles(pump());
        assertThat(page.locator("hg-own-data h2").first()).hasText("pump.csv");
        assertThat(pieces[0]).isEqualTo(2);

        page.locator("#bring-file").setInputFiles(pump());

        assertThat(page.locator("hg-own-data h2").first()).hasText("pump-2.csv");
        assertThat(page.locator("hg-bring [role=status]")).containsText("There is pump.csv already");
        assertThat(page.locator("hg-own-data dl.facts").first()).containsText("400");
        int beyond = (Integer) page.evaluate("document.documentElement.scrollWidth - innerWidth");
        assertThat(beyond).isLessThanOrEqualTo(0);
        picture(page, "narrow");
    }

    @Test
    void aFolderOfPicturesIsDroppedAndCutAsWished() throws IOException {
        Path photos = Files.createDirectories(own.resolve("photos"));
        for (int i = 0; i < 12; i++) {
            BufferedImage image = new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB);
            for (int x = 0; x < 40; x++) {
                for (int y = 0; y < 30; y++) {
                    image.setRGB(x, y, ((x * 6) << 16) | ((y * 8) << 8) | (i * 20));
                }
            }
            Path folder = Files.createDirectories(photos.resolve(i % 2 == 0 ? "even" : "odd"));
            ImageIO.write(image, "png", folder.resolve(i + ".png").toFile());
        }
        Files.writeString(photos.resolve("even/broken.png"), "no picture");
        Page page = home(1280);

        drop(page, photos);

        assertThat(page.locator("hg-own-data dl.facts").first()).containsText("even, odd");
        assertThat(page.locator(".own-notes")).hasText(Pattern.compile("^\\s*even/broken\\.png: "));
        labelled(page, "Height").fill("16");
        labelled(page, "Width").fill("24");
        labelled(page, "Colours").selectOption("grey");
        assertThat(page.locator(".verdict")).containsText("16 × 24 × 1");
        picture(page, "pictures");
        assertThat(runs.resolve(".data/photos/even/0.png")).exists();
    }
}

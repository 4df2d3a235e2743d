package dev.hourglass.server;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
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

    private void pictures(String folder, int count) throws IOException {
        Path into = Files.createDirectories(own.resolve(folder));
        for (int i = 0; i < count; i++) {
            BufferedImage image = new BufferedImage(40, 30, BufferedImage.TYPE_BYTE_GRAY);
            for (int x = 0; x < 40; x++) {
                for (int y = 0; y < 30; y++) {
                    image.getRaster().setSample(x, y, 0, (x * 5 + y * (i + 3)) % 256);
                }
            }
            ImageIO.write(image, "png", into.resolve(i + ".png").toFile());
        }
    }

    @Test
    void picturesAreCutIntoPatchesAndPairedWithNoisyOnes() throws IOException, InterruptedException {
        pictures("scans", 6);
        pictures("originals", 6);
        Page page = home(1280);
        drop(page, own.resolve("scans"));
        assertThat(page.locator("hg-own-data h2").first()).hasText("scans");

        drop(page, own.resolve("originals"));
        assertThat(page.locator("hg-own-data h2").first()).hasText("originals");
        labelled(page, "Noisy pictures of the same").selectOption("scans");
        labelled(page, "Patches of").fill("16");
        labelled(page, "Patches overlap by").fill("8");

        // 40 x 30 pixels: 4 patches across and 3 down, of 6 pictures.
        assertThat(page.locator("hg-own-data dl.facts").first()).containsText("72");
        assertThat(page.locator(".verdict")).containsText("16 × 16 × 1");
        labelled(page, "Patches of").fill("64");
        assertThat(page.locator("hg-own-data .message")).containsText("6 of its 6 pictures are smaller");
        labelled(page, "Patches of").fill("16");
        assertThat(page.locator(".verdict")).containsText("16 × 16 × 1");
        labelled(page, "Epochs").fill("1");
        assertThat(Workbench.axe(page).analyze().getViolations()).isEmpty();
        picture(page, "patches");
        button(page, "Start the run").click();

        page.waitForURL(Pattern.compile(".*#/runs/originals-.*/run"));
        String run = page.url().replaceAll(".*#/runs/([^/]+)/run.*", "$1");
        workbench.await(run, "finished");
        assertThat(workbench.get("api/runs/" + run).path("recipeText").asString())
                .contains("noisy:", "patches:");
    }

    @Test
    void aFolderOfSoundsIsDroppedAndItsSpectraAreSeen() throws IOException {
        Path sounds = Files.createDirectories(own.resolve("sounds"));
        for (int i = 0; i < 6; i++) {
            byte[] frames = new byte[2 * 16_000];
            for (int at = 0; at < frames.length / 2; at++) {
                int value = (int) (9_000 * Math.sin(at * (0.1 + 0.1 * i + at / 80_000.0)));
                frames[2 * at] = (byte) value;
                frames[2 * at + 1] = (byte) (value >> 8);
            }
            AudioFormat format = new AudioFormat(8_000, 16, 1, true, false);
            AudioSystem.write(
                    new AudioInputStream(new ByteArrayInputStream(frames), format, frames.length / 2),
                    AudioFileFormat.Type.WAVE,
                    sounds.resolve(i + ".wav").toFile());
        }
        Page page = home(1280);

        drop(page, sounds);

        Locator facts = page.locator("hg-own-data dl.facts").first();
        assertThat(facts).containsText("8,000 Hz");
        assertThat(facts).containsText("Sounds");
        assertThat(page.locator(".own-notes")).containsText("spectra of");
        labelled(page, "Spectra of a window").fill("16");
        assertThat(page.locator(".verdict")).containsText("conv1d: 16 ×");
        assertThat(Workbench.axe(page).analyze().getViolations()).isEmpty();
        page.waitForFunction("document.querySelector('.own-picture').naturalWidth > 0");
        picture(page, "sounds");
    }

    /** Where the connection broke, also for another page that is opened later. */
    @Test
    void anInterruptedUploadGoesOnWhereItEnded() throws IOException {
        byte[] bytes = new byte[20 << 20];
        byte[] line = "0.25,0.5,0.75\n".getBytes(StandardCharsets.US_ASCII);
        for (int at = 0; at < bytes.length; at++) {
            bytes[at] = line[at % line.length];
        }
        bytes[bytes.length - 1] = '\n';
        Path large =
                Files.write(own.resolve("large.csv"), Arrays.copyOf(bytes, bytes.length / line.length * line.length));
        Page page = home(1280);
        List<String> sent = new ArrayList<>();
        page.route("**/api/uploads/*/files/**", route -> {
            sent.add(route.request().url().replaceAll(".*offset=", ""));
            if (sent.size() > 1) {
                route.abort(); // the connection is gone, also when the page tries again
            } else {
                route.resume();
            }
        });
        page.locator("#bring-file").setInputFiles(large);
        assertThat(page.locator("hg-bring progress")).isVisible();
        assertThat(page.locator("hg-bring [role=alert]"))
                .containsText(
                        "The server does not answer.",
                        new LocatorAssertions.ContainsTextOptions().setTimeout(120_000)); // after its tries
        picture(page, "interrupted");
        assertThat(runs.resolve(".data/large.csv")).doesNotExist();
        page.close();

        Page later = home(1280);
        assertThat(later.locator("hg-bring table")).containsText("not whole; choose it again to go on");
        List<String> again = new ArrayList<>();
        later.onRequest(request -> {
            if (request.method().equals("PATCH")) {
                again.add(request.url().replaceAll(".*offset=", ""));
            }
        });
        later.locator("#bring-file").setInputFiles(large);

        assertThat(later.locator("hg-own-data h2").first()).hasText("large.csv");
        assertThat(sent.getFirst()).isEqualTo("0");
        assertThat(again.getFirst()).isEqualTo(String.valueOf(8 << 20));
        assertThat(Files.mismatch(large, runs.resolve(".data/large.csv"))).isEqualTo(-1);
        assertThat(later.locator("hg-own-data dl.facts").first()).containsText("Rows");
    }

    @Test
    void whatIsOverTheQuotaIsToldBeforeItIsSent() throws IOException {
        workbench.close();
        workbench = Workbench.open(runs, 10_000);
        Page page = home(1280);
        List<String> sent = new ArrayList<>();
        page.onRequest(request -> {
            if (request.method().equals("PATCH")) {
                sent.add(request.url());
            }
        });

        page.locator("#bring-file").setInputFiles(pump());

        assertThat(page.locator("hg-bring [role=alert]"))
                .containsText(Pattern.compile("pump\\.csv has .*, and of the .* for data here .* are left\\."
                        + " Remove data that are no longer needed"));
        assertThat(sent).isEmpty();
        assertThat(Workbench.axe(page).analyze().getViolations()).isEmpty();
        picture(page, "quota");
    }
}

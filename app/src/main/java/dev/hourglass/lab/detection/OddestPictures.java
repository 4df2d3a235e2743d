package dev.hourglass.lab.detection;

import dev.hourglass.detect.Detector;
import dev.hourglass.files.AtomicFile;
import dev.hourglass.report.HtmlReport;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;

/**
 * A folder about the oddest pictures: {@code index.html} with the oddest first, {@code scores.csv} with all, and for each of the
 * oddest its heat maps by pixel and by region as PNG, called by its place and name.
 */
public final class OddestPictures {
    private static final int MOST_NAME = 60;
    private static final String STYLE = "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;"
            + "padding:0 1rem;color-scheme:light dark}ol{list-style:none;padding:0}li{margin:0 0 2rem}h2{font-size:1rem;"
            + "overflow-wrap:anywhere}div{display:grid;grid-template-columns:repeat(auto-fit,minmax(14rem,1fr));gap:1rem}"
            + "figure{margin:0}img{width:100%;image-rendering:pixelated}figcaption{font-size:.85rem;opacity:.8}";

    private OddestPictures() {}

    /** A picture on the page. */
    private record Entry(String name, double score, String file, HeatMap.Region hottest) {}

    /**
     * Writes the folder, which is made where it is missing; what has a name of ours there is replaced.
     *
     * @param scored by this detector
     * @param most how many get heat maps
     * @throws IllegalArgumentException if the samples are no pictures
     */
    public static void write(ScoredSamples scored, Detector detector, int most, Path folder) throws IOException {
        if (!scored.arePictures()) {
            throw new IllegalArgumentException("its samples are no pictures of one channel or three");
        }
        Files.createDirectories(folder);
        List<Entry> entries = new ArrayList<>();
        for (int sample : scored.oddest(most)) {
            HeatMap map = scored.heatMap(detector, sample);
            String file = String.format(Locale.ROOT, "%03d_%s", entries.size() + 1, fileName(scored.name(sample)));
            AtomicFile.write(folder.resolve(file + "_pixels.png"), png(map.byPixel()));
            AtomicFile.write(folder.resolve(file + "_regions.png"), png(map.byRegion()));
            String name = scored.name(sample).isEmpty() ? "sample " + sample : scored.name(sample);
            entries.add(new Entry(name, scored.scores()[sample], file, map.hottest()));
        }
        scored.writeScores(folder.resolve("scores.csv"));
        AtomicFile.write(folder.resolve("index.html"), page(scored, entries).getBytes(StandardCharsets.UTF_8));
    }

    private static String fileName(String name) {
        String stem = name.replaceFirst("\\.[A-Za-z0-9]{1,5}$", "").replaceAll("[^\\p{L}\\p{N}_-]+", "-");
        String end = stem.length() > MOST_NAME ? stem.substring(stem.length() - MOST_NAME) : stem;
        return end.isEmpty() ? "sample" : end;
    }

    private static byte[] png(BufferedImage image) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }

    private static String page(ScoredSamples scored, List<Entry> entries) {
        String title = "The oddest of " + scored.samples().name();
        StringBuilder html = new StringBuilder("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>")
                .append(HtmlReport.escape(title))
                .append("</title>\n<style>")
                .append(STYLE)
                .append("</style>\n<h1>")
                .append(HtmlReport.escape(title))
                .append("</h1>\n<p>")
                .append(String.format(
                        Locale.ROOT,
                        "%,d pictures, %,d above the threshold of 1; the %,d with the highest scores, the oddest first."
                                + " Orange is what adds to the score, in each picture as strong as its own largest part.",
                        scored.scores().length,
                        scored.flagged(),
                        entries.size()))
                .append(" <a href=\"scores.csv\">All scores</a></p>\n<ol>\n");
        entries.forEach(entry -> append(entry, html));
        return html.append("</ol>\n</html>\n").toString();
    }

    private static void append(Entry entry, StringBuilder html) {
        HeatMap.Region at = entry.hottest();
        String name = HtmlReport.escape(entry.name());
        html.append("<li><h2>").append(name).append(String.format(Locale.ROOT, ": %.4g", entry.score()));
        html.append(entry.score() > 1 ? ", above the threshold" : "").append("</h2>\n<div>");
        figure(entry.file() + "_pixels.png", name + " by pixel", "By pixel", html);
        String where = String.format(
                Locale.ROOT,
                "By region; most in rows %d to %d, columns %d to %d, %.0f %% of the score",
                at.top(),
                at.bottom() - 1,
                at.left(),
                at.right() - 1,
                100 * at.share());
        figure(entry.file() + "_regions.png", name + " by region", where, html);
        html.append("</div></li>\n");
    }

    /** @param alt escaped */
    private static void figure(String file, String alt, String caption, StringBuilder html) {
        html.append("<figure><img src=\"")
                .append(HtmlReport.escape(file))
                .append("\" alt=\"")
                .append(alt);
        html.append("\"><figcaption>").append(caption).append("</figcaption></figure>");
    }
}

package dev.hourglass.bench;

import java.awt.Color;
import java.awt.Dimension;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.apache.batik.svggen.SVGGraphics2D;
import org.apache.batik.util.SVGConstants;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;

/** Draws the chapters of {@link Growth} side by side, both axes logarithmic: what grows in proportion is a straight line. */
final class GrowthPlot {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 440;
    private static final int COLUMNS = 2;
    private static final int PNG_SCALE = 2;

    private GrowthPlot() {}

    static void write(List<Growth.Chapter> chapters, Path png, Path svg) throws IOException {
        List<XYChart> charts = chapters.stream().map(GrowthPlot::chart).toList();
        int height = Math.ceilDiv(charts.size(), COLUMNS) * HEIGHT;
        BufferedImage image =
                new BufferedImage(COLUMNS * WIDTH * PNG_SCALE, height * PNG_SCALE, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.scale(PNG_SCALE, PNG_SCALE);
        paint(charts, graphics);
        graphics.dispose();
        ImageIO.write(image, "png", png.toFile());

        SVGGraphics2D vector = new SVGGraphics2D(newDocument());
        vector.setSVGCanvasSize(new Dimension(COLUMNS * WIDTH, height));
        paint(charts, vector);
        try (Writer writer = Files.newBufferedWriter(svg)) {
            vector.stream(writer);
        }
    }

    private static org.w3c.dom.Document newDocument() throws IOException {
        try {
            return javax.xml.parsers.DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .getDOMImplementation()
                    .createDocument(SVGConstants.SVG_NAMESPACE_URI, SVGConstants.SVG_SVG_TAG, null);
        } catch (javax.xml.parsers.ParserConfigurationException e) {
            throw new IOException("The JDK's XML builder is not available", e);
        }
    }

    private static void paint(List<XYChart> charts, Graphics2D graphics) {
        for (int i = 0; i < charts.size(); i++) {
            Graphics2D part = (Graphics2D) graphics.create();
            part.translate(i % COLUMNS * WIDTH, i / COLUMNS * HEIGHT);
            charts.get(i).paint(part, WIDTH, HEIGHT);
            part.dispose();
        }
    }

    private static XYChart chart(Growth.Chapter chapter) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(chapter.title())
                .xAxisTitle(chapter.varied())
                .yAxisTitle("microseconds a sample")
                .build();
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setYAxisLogarithmic(true);
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
        chart.getStyler().setMarkerSize(6);
        for (Growth.Series series : chapter.series()) {
            double[] values =
                    series.points().stream().mapToDouble(Growth.Point::value).toArray();
            double[] micros = series.points().stream()
                    .mapToDouble(Growth.Point::microsPerSample)
                    .toArray();
            chart.addSeries(series.label(), values, micros);
        }
        return chart;
    }
}

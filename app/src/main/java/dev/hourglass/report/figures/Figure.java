package dev.hourglass.report.figures;

import dev.hourglass.files.AtomicFile;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.RenderedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Base64;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.DefaultImageHandler;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.apache.batik.svggen.SVGGraphics2DIOException;
import org.apache.batik.svggen.SimpleImageHandler;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/**
 * A picture that can be saved as PNG (three pixels a unit, 288 dpi) and as SVG (text as outlines, so it looks the same
 * wherever it is opened). The same figure gives the same bytes on the same machine.
 */
public final class Figure {
    /** PNG pixels a unit; a unit is 1/96 inch, a pixel of CSS. */
    static final int PNG_SCALE = 3;

    private static final int PIXELS_PER_METER = (int) Math.round(PNG_SCALE * 96 / 0.0254);

    /** Draws on a white canvas of the figure's size. */
    @FunctionalInterface
    interface Painter {
        void paint(Graphics2D graphics);
    }

    private final String name;
    private final String description;
    private final int width;
    private final int height;
    private final Painter painter;

    Figure(String name, String description, int width, int height, Painter painter) {
        this.name = name;
        this.description = description;
        this.width = width;
        this.height = height;
        this.painter = painter;
    }

    /** For file names, without an ending: {@code cnn-history}. */
    public String name() {
        return name;
    }

    /** What it shows, with the numbers that matter, for who cannot see it. */
    public String description() {
        return description;
    }

    /** In units of 1/96 inch. */
    public int width() {
        return width;
    }

    /** In units of 1/96 inch. */
    public int height() {
        return height;
    }

    /**
     * Writes the file whole or not at all.
     *
     * @throws FigureException if this machine cannot draw text
     */
    public void writePng(Path file) throws IOException {
        AtomicFile.write(file, toPngBytes());
    }

    /**
     * Writes the file whole or not at all.
     *
     * @throws FigureException if this machine cannot draw text
     */
    public void writeSvg(Path file) throws IOException {
        AtomicFile.write(file, toSvg());
    }

    /** @throws FigureException if this machine cannot draw text */
    public byte[] toPngBytes() {
        Type.requireFonts();
        BufferedImage image = new BufferedImage(width * PNG_SCALE, height * PNG_SCALE, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        try {
            graphics.scale(PNG_SCALE, PNG_SCALE);
            paint(graphics);
        } finally {
            graphics.dispose();
        }
        return encodePng(image);
    }

    /** @throws FigureException if this machine cannot draw text */
    public String toSvg() {
        Type.requireFonts();
        SVGGeneratorContext context = SVGGeneratorContext.createDefault(newDocument());
        context.setComment(null);
        context.setPrecision(3);
        context.setGenericImageHandler(new SimpleImageHandler(new EmbeddedPng()));
        SVGGraphics2D graphics = new SVGGraphics2D(context, true);
        try {
            graphics.setSVGCanvasSize(new Dimension(width, height));
            paint(graphics);
            Element root = graphics.getRoot();
            root.setAttribute("viewBox", "0 0 " + width + " " + height);
            root.setAttribute("role", "img");
            Element title = root.getOwnerDocument().createElementNS(SVGGraphics2D.SVG_NAMESPACE_URI, "title");
            title.setTextContent(description);
            root.insertBefore(title, root.getFirstChild());
            StringWriter svg = new StringWriter();
            graphics.stream(root, svg);
            return svg.toString();
        } catch (SVGGraphics2DIOException e) {
            throw new UncheckedIOException("Figure '" + name + "' cannot be written as SVG", new IOException(e));
        } finally {
            graphics.dispose();
        }
    }

    private void paint(Graphics2D graphics) {
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, width, height);
        painter.paint(graphics);
    }

    private static Document newDocument() {
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .getDOMImplementation()
                    .createDocument(SVGGraphics2D.SVG_NAMESPACE_URI, "svg", null);
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("The JDK's XML builder is not available", e);
        }
    }

    /** PNG in memory, with the resolution in its header so that it prints in the figure's size. */
    private static byte[] encodePng(RenderedImage image) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
            IIOMetadata metadata = writer.getDefaultImageMetadata(
                    ImageTypeSpecifier.createFromRenderedImage(image), writer.getDefaultWriteParam());
            IIOMetadataNode resolution = new IIOMetadataNode("pHYs");
            resolution.setAttribute("pixelsPerUnitXAxis", String.valueOf(PIXELS_PER_METER));
            resolution.setAttribute("pixelsPerUnitYAxis", String.valueOf(PIXELS_PER_METER));
            resolution.setAttribute("unitSpecifier", "meter");
            IIOMetadataNode root = new IIOMetadataNode("javax_imageio_png_1.0");
            root.appendChild(resolution);
            metadata.mergeTree("javax_imageio_png_1.0", root);
            writer.setOutput(stream);
            writer.write(new IIOImage(image, null, metadata));
        } catch (IOException e) {
            throw new UncheckedIOException("A PNG cannot be written to memory", e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** Puts images into the SVG as data; Batik's own handler for this needs the whole of batik-codec. */
    private static final class EmbeddedPng extends DefaultImageHandler {
        @Override
        protected void handleHREF(RenderedImage image, Element element, SVGGeneratorContext context) {
            element.setAttributeNS(
                    XLINK_NAMESPACE_URI,
                    XLINK_HREF_QNAME,
                    "data:image/png;base64," + Base64.getEncoder().encodeToString(encodePng(image)));
        }

        @Override
        protected void handleHREF(java.awt.Image image, Element element, SVGGeneratorContext context) {
            handleHREF((RenderedImage) image, element, context);
        }
    }
}

package dev.hourglass.data.images;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.data.images.decode.BaselineJpeg;
import dev.hourglass.data.images.decode.JpegHeader;
import dev.hourglass.tensor.PixelKernels;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import org.junit.jupiter.api.Test;

/** Our decoder against the platform's libjpeg, on pictures of the platform's encoder. */
class BaselineJpegTest {
    private static final String FORMAT = "javax_imageio_jpeg_image_1.0";
    private static final List<BaselineJpeg> DECODERS =
            List.of(new BaselineJpeg(PixelKernels.best()), new BaselineJpeg(PixelKernels.plain()));

    /** How luma is sampled against chroma. */
    private enum Sampling {
        GRAY(1, 1),
        WHOLE(1, 1),
        HALVED_ACROSS(2, 1),
        HALVED(2, 2),
        HALVED_DOWN(1, 2);

        private final int across;
        private final int down;

        Sampling(int across, int down) {
            this.across = across;
            this.down = down;
        }
    }

    @Test
    void pixelsOfAllSizesAndSamplingsAreThoseOfLibjpeg() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Sampling> samplings = List.of(Sampling.GRAY, Sampling.WHOLE, Sampling.HALVED_ACROSS, Sampling.HALVED);
        for (int i = 0; i < 160; i++) {
            Sampling sampling = samplings.get(i % samplings.size());
            int most = i % 16 == 15 ? 600 : 70; // more than one set of blocks beside each other
            int width = 5 + random.nextInt(most);
            int height = 1 + random.nextInt(70);
            int quality = 30 + random.nextInt(71);
            int restart = random.nextBoolean() ? 0 : 1 + random.nextInt(20);
            String name = "seed %d, %s, %d x %d, quality %d, restart %d"
                    .formatted(seed, sampling, width, height, quality, restart);
            byte[] file = encoded(random, sampling, width, height, quality / 100f, restart);

            char[] expected = byPlatform(file);

            for (BaselineJpeg decoder : DECODERS) {
                Optional<byte[]> found = decoder.read(file, JpegHeader.read(file));
                assertThat(found).as(name).isPresent();
                assertThat(wide(found.orElseThrow())).as(name).isEqualTo(expected);
            }
        }
    }

    @Test
    void whatIsOtherwiseIsLeftToThePlatform() throws IOException {
        Random random = new Random(1);
        byte[] halvedDown = encoded(random, Sampling.HALVED_DOWN, 40, 40, 0.8f, 0);
        byte[] narrow = encoded(random, Sampling.HALVED, 4, 40, 0.8f, 0);

        for (BaselineJpeg decoder : DECODERS) {
            assertThat(decoder.read(halvedDown, JpegHeader.read(halvedDown))).isEmpty();
            assertThat(decoder.read(narrow, JpegHeader.read(narrow))).isEmpty();
            for (String name : List.of("progressive.jpg", "cmyk.jpg", "ycck.jpg", "rgb.jpg")) {
                byte[] file = Files.readAllBytes(Path.of("src/test/resources/dev/hourglass/data/pictures", name));
                assertThat(decoder.read(file, JpegHeader.read(file))).as(name).isEmpty();
            }
        }
    }

    @Test
    void whatIsCutShortOrHasMoreThanItsBitsIsLeftToThePlatform() throws IOException {
        byte[] file = encoded(new Random(2), Sampling.HALVED, 50, 40, 0.8f, 3);
        JpegHeader header = JpegHeader.read(file);
        BaselineJpeg decoder = new BaselineJpeg(PixelKernels.best());

        for (int bytes = 0; bytes < file.length; bytes++) {
            assertThat(decoder.read(Arrays.copyOf(file, bytes), header))
                    .as("%d bytes", bytes)
                    .isEmpty();
        }
        byte[] longer = Arrays.copyOf(file, file.length + 2);
        System.arraycopy(file, file.length - 2, longer, file.length, 2);
        longer[file.length - 2] = 1;
        longer[file.length - 1] = 2;
        assertThat(decoder.read(longer, header)).isEmpty();
        assertThat(decoder.read(file, header)).isPresent();
    }

    @Test
    void damagedBytesNeverBreakIt() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] whole = encoded(random, Sampling.HALVED, 50, 40, 0.8f, 3);
        JpegHeader header = JpegHeader.read(whole);
        BaselineJpeg decoder = new BaselineJpeg(PixelKernels.best());
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] file = whole.clone();
            for (int j = random.nextInt(3); j >= 0; j--) {
                file[2 + random.nextInt(file.length - 2)] = (byte) random.nextInt(256);
            }
            Optional<byte[]> found = decoder.read(file, header);
            refused += found.isEmpty() ? 1 : 0;
            assertThat(found.map(pixels -> pixels.length).orElse(50 * 40 * 3))
                    .as("seed %d", seed)
                    .isEqualTo(50 * 40 * 3);
        }
        assertThat(refused).as("seed %d", seed).isBetween(2_000, 19_999);
    }

    private static char[] wide(byte[] pixels) {
        char[] wide = new char[pixels.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = (char) (pixels[i] & 0xff);
        }
        return wide;
    }

    private static char[] byPlatform(byte[] file) throws IOException {
        ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
        try {
            reader.setInput(new ArrayImageInput(file), true, true);
            return JpegPixels.read(reader, 1, JpegHeader.read(file).colours()).numbers();
        } finally {
            reader.dispose();
        }
    }

    private static byte[] encoded(Random random, Sampling sampling, int width, int height, float quality, int restart)
            throws IOException {
        boolean gray = sampling == Sampling.GRAY;
        BufferedImage image =
                new BufferedImage(width, height, gray ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
        int grain = 1 + random.nextInt(60);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int light = (int) (128 + 100 * Math.sin(x / 9.0) * Math.cos(y / 7.0)) + random.nextInt(grain);
                int colour = Math.clamp(light, 0, 255) | (x * 3 & 0xff) << 8 | ((x / 5 + y * 2) & 0xff) << 16;
                image.setRGB(x, y, gray ? (colour & 0xff) * 0x010101 : colour);
            }
        }
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try {
            ImageWriteParam param = writer.getDefaultWriteParam();
            param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            param.setCompressionQuality(quality);
            IIOMetadata metadata =
                    writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(image), param);
            IIOMetadataNode tree = (IIOMetadataNode) metadata.getAsTree(FORMAT);
            IIOMetadataNode luma =
                    (IIOMetadataNode) tree.getElementsByTagName("componentSpec").item(0);
            luma.setAttribute("HsamplingFactor", String.valueOf(sampling.across));
            luma.setAttribute("VsamplingFactor", String.valueOf(sampling.down));
            if (restart > 0) {
                IIOMetadataNode interval = new IIOMetadataNode("dri");
                interval.setAttribute("interval", String.valueOf(restart));
                tree.getElementsByTagName("markerSequence").item(0).appendChild(interval);
            }
            metadata.setFromTree(FORMAT, tree);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (var out = ImageIO.createImageOutputStream(bytes)) {
                writer.setOutput(out);
                writer.write(null, new IIOImage(image, null, metadata), param);
            }
            return bytes.toByteArray();
        } finally {
            writer.dispose();
        }
    }
}

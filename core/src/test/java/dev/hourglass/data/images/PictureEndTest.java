package dev.hourglass.data.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.images.decode.JpegHeader;
import dev.hourglass.data.images.decode.PngHeader;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PictureEndTest {
    private static final Picture.Size SIZE = new Picture.Size(19, 13);

    private static byte[] picture(String format, int type, boolean progressive) throws IOException {
        BufferedImage image = new BufferedImage(SIZE.width(), SIZE.height(), type);
        Random random = new Random(4);
        for (int y = 0; y < SIZE.height(); y++) {
            for (int x = 0; x < SIZE.width(); x++) {
                image.setRGB(x, y, random.nextInt() | 0xff000000);
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
        ImageWriteParam param = writer.getDefaultWriteParam();
        if (progressive) {
            param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
        }
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), param);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private static Picture read(byte[] file) throws IOException {
        return PictureReader.read(new ByteArrayInputStream(file), SIZE);
    }

    /** Types of {@link BufferedImage}: 5 is RGB, 6 with alpha, 10 gray, 11 gray of 16 bits, 12 one bit, 13 a palette. */
    @ParameterizedTest
    @CsvSource({
        "png, 5, false", "png, 6, false", "png, 10, false", "png, 11, false", "png, 12, false", "png, 13, false",
        "png, 5, true", "png, 10, true", "png, 12, true", "png, 13, true", "jpeg, 5, false", "jpeg, 10, false",
        "jpeg, 5, true"
    })
    void aPictureIsTakenWholeAndRefusedWhereverItIsCut(String format, int type, boolean progressive)
            throws IOException {
        byte[] whole = picture(format, type, progressive);
        assertThat(read(whole).size()).isEqualTo(SIZE);
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> read(part))
                    .as("%d of %d", length, whole.length)
                    .isInstanceOf(IOException.class);
        }
        assertThat(read(Arrays.copyOf(whole, whole.length + 50)).size()).isEqualTo(SIZE); // what follows is no part
    }

    /** As above; each kind has as many bytes of pixels as are deflated in its file. */
    @ParameterizedTest
    @CsvSource({
        "5, false",
        "6, false",
        "10, false",
        "11, false",
        "12, false",
        "13, false",
        "5, true",
        "10, true",
        "12, true",
        "13, true"
    })
    void aPngsHeaderSaysHowManyBytesItsPixelsHave(int type, boolean interlaced) throws Exception {
        byte[] file = picture("png", type, interlaced);
        PngHeader header = PngHeader.read(file);

        assertThat(header.size()).isEqualTo(SIZE);
        assertThat(header.interlaced()).isEqualTo(interlaced);
        assertThat(header.pixelBytes()).isEqualTo(inflatedBytes(file));
    }

    private static long inflatedBytes(byte[] png) throws DataFormatException {
        Inflater inflater = new Inflater();
        ByteBuffer chunks = ByteBuffer.wrap(png);
        byte[] scratch = new byte[1 << 16];
        long bytes = 0;
        for (int at = 8; at < png.length; at += 12 + chunks.getInt(at)) {
            if (new String(png, at + 4, 4, StandardCharsets.US_ASCII).equals("IDAT")) {
                inflater.setInput(png, at + 8, chunks.getInt(at));
                while (!inflater.needsInput() && !inflater.finished()) {
                    bytes += inflater.inflate(scratch);
                }
            }
        }
        inflater.end();
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aJpegsHeaderSaysWhetherItsScansRefineAllPixels(boolean progressive) throws IOException {
        assertThat(JpegHeader.read(picture("jpeg", BufferedImage.TYPE_3BYTE_BGR, progressive))
                        .progressive())
                .isEqualTo(progressive);
    }

    @Test
    void aPngWithAByteChangedIsRefused() throws IOException {
        byte[] whole = picture("png", BufferedImage.TYPE_3BYTE_BGR, false);
        for (int i = 0; i < whole.length; i++) {
            byte[] changed = whole.clone();
            changed[i] ^= 0x10;
            assertThatThrownBy(() -> read(changed)).as("byte %d", i).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "12", "13", "130", "259"})
    void aPngWhoseChunksAreRightButWhosePixelsEndTooEarlyIsRefused(int pixelBytes) {
        byte[] file = png(pixelBytes);
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(IOException.class)
                .hasMessage("cut short: " + (260 - pixelBytes) + " bytes of its pixels are missing");
    }

    @Test
    void aPngWithAllItsPixelsOrMoreIsRead() throws IOException {
        assertThat(read(png(260)).size()).isEqualTo(SIZE);
        assertThat(read(png(300)).size()).isEqualTo(SIZE);
    }

    /** Gray, 19 x 13, so 13 rows of 20 bytes, of which there are as many as said. */
    private static byte[] png(int pixelBytes) {
        Deflater deflater = new Deflater();
        deflater.setInput(new byte[pixelBytes]);
        deflater.finish();
        byte[] deflated = new byte[1_000];
        int length = deflater.deflate(deflated);
        deflater.end();
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        chunk(file, "IHDR", new byte[] {0, 0, 0, 19, 0, 0, 0, 13, 8, 0, 0, 0, 0});
        chunk(file, "IDAT", Arrays.copyOf(deflated, length));
        chunk(file, "IEND", new byte[0]);
        return file.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream file, String type, byte[] content) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 checksum = new CRC32();
        checksum.update(name);
        checksum.update(content);
        writeInt(file, content.length);
        file.writeBytes(name);
        file.writeBytes(content);
        writeInt(file, (int) checksum.getValue());
    }

    private static void writeInt(ByteArrayOutputStream file, int value) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            file.write(value >> shift);
        }
    }
}

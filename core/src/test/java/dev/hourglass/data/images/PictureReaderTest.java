package dev.hourglass.data.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PictureReaderTest {
    private static final PictureReader.Header HEADER =
            new PictureReader.Header(new Picture.Size(7, 5), /* colour= */ true, /* deep= */ false);

    @TempDir
    private Path folder;

    @Test
    void ofALargeJpegTheBeginningIsRead() throws IOException {
        assertThat(bytesReadOf(jpeg(0), 10 << 20)).isEqualTo(PictureReader.FIRST_BYTES);
    }

    @Test
    void aJpegWhoseHeaderGoesOnBeyondIsReadFurther() throws IOException {
        byte[] file = jpeg(3); // comments of 60,000 bytes each
        assertThat(bytesReadOf(file, file.length)).isEqualTo(PictureReader.FIRST_BYTES + file.length);
    }

    @Test
    void aJpegThatIsDamagedOrEndsBeforeItsPixelsIsRefused() throws IOException {
        byte[] file = jpeg(3);
        assertThatThrownBy(() -> bytesReadOf(Arrays.copyOf(file, 150_000), 150_000))
                .isInstanceOf(IOException.class)
                .hasMessage("cut short");
        byte[] damaged = file.clone();
        damaged[60_004] = 0; // where the second comment begins
        assertThatThrownBy(() -> bytesReadOf(damaged, damaged.length))
                .isInstanceOf(IOException.class)
                .hasMessage("damaged: no marker where one should be");
    }

    @Test
    void aFileOfMoreBytesThanAnyPictureHasIsRefusedUnread() throws IOException {
        Path file = folder.resolve("vast.jpg");
        Files.write(file, jpeg(0));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[1]), 1 << 28); // of holes
        }
        assertThatThrownBy(() -> PictureReader.header(file))
                .isInstanceOf(IOException.class)
                .hasMessage("expected at most 268,435,456 bytes");
    }

    /** Of a file with zeros behind its picture. */
    private long bytesReadOf(byte[] picture, int fileBytes) throws IOException {
        Path file = folder.resolve("a.jpg");
        Files.write(file, Arrays.copyOf(picture, fileBytes));
        try (Counting channel = new Counting(Files.newByteChannel(file))) {
            assertThat(PictureReader.header(channel)).isEqualTo(HEADER);
            return channel.bytes;
        }
    }

    private static byte[] jpeg(int comments) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(ImageIO.write(new BufferedImage(7, 5, BufferedImage.TYPE_INT_RGB), "jpeg", out))
                .isTrue();
        byte[] plain = out.toByteArray();
        ByteArrayOutputStream with = new ByteArrayOutputStream();
        with.write(plain, 0, 2);
        for (int i = 0; i < comments; i++) {
            with.writeBytes(new byte[] {(byte) 0xff, (byte) 0xfe, (byte) (60_000 >> 8), (byte) 60_000});
            with.writeBytes(new byte[60_000 - 2]);
        }
        with.write(plain, 2, plain.length - 2);
        return with.toByteArray();
    }

    private static final class Counting implements SeekableByteChannel {
        private final SeekableByteChannel file;
        private long bytes;

        Counting(SeekableByteChannel file) {
            this.file = file;
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            int count = file.read(into);
            bytes += Math.max(0, count);
            return count;
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            return file.write(from);
        }

        @Override
        public long position() throws IOException {
            return file.position();
        }

        @Override
        public SeekableByteChannel position(long wanted) throws IOException {
            file.position(wanted);
            return this;
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public SeekableByteChannel truncate(long size) throws IOException {
            file.truncate(size);
            return this;
        }

        @Override
        public boolean isOpen() {
            return file.isOpen();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}

package dev.hourglass.data.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TarReaderTest {
    private static final byte[] ARCHIVE = new Tar()
            .entry("package/", '5', new byte[0])
            .file("package/a", new byte[] {1, 2, 3})
            .file("package/b", new byte[700])
            .entry("package/link", '2', new byte[0])
            .file("package/c", new byte[] {4})
            .end();

    @Test
    void tellsEveryEntryWhetherItsContentWasReadOrNot() throws IOException {
        TarReader tar = reader(ARCHIVE, 1 << 20);

        assertThat(tar.next()).contains(new TarReader.Entry("package/", false, 0));
        assertThat(tar.next()).contains(new TarReader.Entry("package/a", true, 3));
        assertThat(tar.content().readAllBytes()).containsExactly(1, 2, 3);
        assertThat(tar.next()).contains(new TarReader.Entry("package/b", true, 700));
        assertThat(tar.content().readNBytes(10)).hasSize(10);
        assertThat(tar.next()).contains(new TarReader.Entry("package/link", false, 0));
        assertThat(tar.next()).contains(new TarReader.Entry("package/c", true, 1));
        assertThat(tar.content().read()).isEqualTo(4);
        assertThat(tar.content().read()).isEqualTo(-1);
        assertThat(tar.next()).isEmpty();
    }

    @Test
    void anArchiveCutWithinAnEntryIsRefused() {
        // Up to the end of the last file; behind it come the blocks that end the archive.
        int filesEnd = ARCHIVE.length - 1024 - 511;
        for (int length = 1; length < filesEnd; length++) {
            if (length % 512 == 0) {
                continue; // A cut between entries can't be told from an end; the wanted file is missing then.
            }
            byte[] cut = Arrays.copyOf(ARCHIVE, length);
            assertThatThrownBy(() -> readAll(reader(cut, 1 << 20)))
                    .as("cut after %d bytes", length)
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aDamagedHeaderIsRefused() {
        byte[] damaged = ARCHIVE.clone();
        damaged[3] ^= 1;

        assertThatThrownBy(() -> reader(damaged, 1 << 20).next())
                .isInstanceOf(IOException.class)
                .hasMessage("a header of the tar archive is damaged");
    }

    @Test
    void anArchiveAboveTheLimitIsRefusedBeforeItIsRead() {
        assertThatThrownBy(() -> readAll(reader(ARCHIVE, 1024)))
                .isInstanceOf(IOException.class)
                .hasMessage("the tar archive is larger than expected");
    }

    private static TarReader reader(byte[] archive, long maxBytes) {
        return new TarReader(new ByteArrayInputStream(archive), maxBytes);
    }

    private static void readAll(TarReader tar) throws IOException {
        while (tar.next().isPresent()) {
            tar.content().readAllBytes();
        }
    }
}

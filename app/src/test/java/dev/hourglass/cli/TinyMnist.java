package dev.hourglass.cli;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Files like MNIST's with a few images made up. */
final class TinyMnist {
    private static final int TRAINING = 40;
    private static final int TEST = 12;

    private TinyMnist() {}

    /** Writes 40 training and 12 test images with labels into a new folder. */
    static Path write(Path folder) throws IOException {
        Files.createDirectory(folder);
        writeSplit(folder, "train", TRAINING);
        writeSplit(folder, "t10k", TEST);
        return folder;
    }

    /** Bright squares on a dark ground, and their labels. */
    private static void writeSplit(Path data, String split, int count) throws IOException {
        Random random = new Random(count);
        try (DataOutputStream images =
                new DataOutputStream(Files.newOutputStream(data.resolve(split + "-images-idx3-ubyte")))) {
            images.writeInt(0x00000803);
            images.writeInt(count);
            images.writeInt(28);
            images.writeInt(28);
            for (int i = 0; i < count; i++) {
                byte[] pixels = new byte[28 * 28];
                int top = random.nextInt(18);
                int left = random.nextInt(18);
                for (int pixel = 0; pixel < 100; pixel++) {
                    pixels[(top + pixel / 10) * 28 + left + pixel % 10] = (byte) 230;
                }
                images.write(pixels);
            }
        }
        try (DataOutputStream labels =
                new DataOutputStream(Files.newOutputStream(data.resolve(split + "-labels-idx1-ubyte")))) {
            labels.writeInt(0x00000801);
            labels.writeInt(count);
            for (int i = 0; i < count; i++) {
                labels.writeByte(i % 10);
            }
        }
    }
}

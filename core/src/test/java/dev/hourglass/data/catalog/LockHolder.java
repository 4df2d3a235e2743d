package dev.hourglass.data.catalog;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A process that holds a lock until it is killed. */
final class LockHolder {
    static final char HELD = '+';

    private LockHolder() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        try (FileChannel channel =
                FileChannel.open(Path.of(arguments[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.lock();
            System.out.print(HELD);
            System.out.flush();
            Thread.sleep(60_000);
        }
    }
}

package dev.hourglass.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Where the program starts. */
@Command(
        name = "hourglass",
        mixinStandardHelpOptions = true,
        versionProvider = Main.BuildVersion.class,
        description = "Trains, compares, looks into and uses autoencoders.")
public final class Main implements Runnable {
    public static void main(String... arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }

    /** The version that Maven wrote into the build. */
    static final class BuildVersion implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() throws IOException {
            try (InputStream in =
                    Objects.requireNonNull(Main.class.getResourceAsStream("/dev/hourglass/lab/version.properties"))) {
                Properties build = new Properties();
                build.load(in);
                return new String[] {"hourglass " + build.getProperty("version")};
            }
        }
    }
}

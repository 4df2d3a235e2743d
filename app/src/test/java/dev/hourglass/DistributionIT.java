package dev.hourglass;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is shipped: target/hourglass.jar, the jars of target/lib that it names, and target/third-party. */
class DistributionIT {
    private static final Path TARGET = Path.of("target");
    private static final Path THIRD_PARTY = TARGET.resolve("third-party");
    private static final Pattern NATIVE = Pattern.compile(".*\\.(so(\\.\\d+)*|dll|jnilib|dylib|a|lib|exe|o)");

    /** Those that the program's jar names; a jar of an earlier build may still lie beside them. */
    static List<Path> jars() throws IOException {
        try (JarFile jar = new JarFile(TARGET.resolve("hourglass.jar").toFile())) {
            String path = jar.getManifest().getMainAttributes().getValue("Class-Path");
            List<Path> jars = Stream.of(path.split(" ")).map(TARGET::resolve).toList();
            assertThat(jars).hasSizeGreaterThan(20).allMatch(Files::isRegularFile);
            return jars;
        }
    }

    @ParameterizedTest
    @MethodSource("jars")
    void noJarHasNativeCode(Path jar) throws IOException {
        assertThat(entries(jar)).noneMatch(name -> NATIVE.matcher(name).matches());
    }

    @Test
    void javaIsAskedForNoNativeAccess() throws IOException {
        try (JarFile jar = new JarFile(TARGET.resolve("hourglass.jar").toFile())) {
            assertThat(jar.getManifest().getMainAttributes().getValue("Enable-Native-Access"))
                    .isNull();
            assertThat(jar.getManifest().getMainAttributes().getValue("Main-Class"))
                    .isEqualTo("dev.hourglass.cli.Main");
        }
    }

    /** The list has a line such as {@code (Apache-2.0) picocli (info.picocli:picocli:4.7.7 - https://picocli.info)}. */
    @ParameterizedTest
    @MethodSource("jars")
    void everyJarIsListedWithAnAllowedLicence(Path jar) throws IOException {
        String name = jar.getFileName().toString().replaceFirst("\\.jar$", "");
        if (name.startsWith("hourglass-")) {
            return;
        }
        int dash = name.lastIndexOf('-');
        String coordinates = ":" + name.substring(0, dash) + ":" + name.substring(dash + 1) + " ";

        assertThat(Files.readAllLines(THIRD_PARTY.resolve("THIRD-PARTY.txt")))
                .filteredOn(line -> line.contains(coordinates))
                .singleElement()
                .asString()
                .matches(".*\\((Apache-2\\.0|MIT|BSD|EPL-2\\.0)\\) .*");
    }

    @Test
    void whatLicencesWantToBePassedOnLiesBesideTheListAndInTheJar() throws IOException {
        List<String> files;
        try (Stream<Path> all = Files.walk(THIRD_PARTY)) {
            files = all.filter(Files::isRegularFile)
                    .map(file -> THIRD_PARTY.relativize(file).toString().replace('\\', '/'))
                    .toList();
        }
        assertThat(files).contains("THIRD-PARTY.txt", "NOTICE.txt");
        assertThat(files).anyMatch(file -> file.matches("batik-svggen.*/META-INF/NOTICE"));
        assertThat(files).anyMatch(file -> file.matches("jakarta\\.annotation-api.*/META-INF/LICENSE\\.md"));
        assertThat(files).anyMatch(file -> file.matches("jackson-core.*/META-INF/NOTICE"));
        assertThat(THIRD_PARTY.resolve("NOTICE.txt")).content().contains("Eclipse Public License 2.0", "Mort Bay");
        assertThat(entries(TARGET.resolve("hourglass.jar")))
                .containsAll(files.stream()
                        .map(file -> "META-INF/third-party/" + file)
                        .toList());
    }

    private static List<String> entries(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.stream().map(JarEntry::getName).toList();
        }
    }
}

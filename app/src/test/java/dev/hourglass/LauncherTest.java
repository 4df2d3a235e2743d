package dev.hourglass;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs the launcher in a project that has nothing but its outline, with a Maven and JDKs that only say what they were told. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
    @TempDir
    private Path folder;

    private Path project;
    private Path jar;
    private Path builds;
    private String javaHome = "";
    private String javaOptions = "";

    @BeforeEach
    void outlineAProject() throws IOException {
        project = folder.resolve("a project");
        jar = project.resolve("app/target/hourglass.jar");
        builds = project.resolve("builds.log");
        Files.createDirectories(project.resolve("core/src/main"));
        Files.createDirectories(project.resolve("app/src/main"));
        for (String pom : List.of("pom.xml", "core/pom.xml", "app/pom.xml")) {
            Files.createFile(project.resolve(pom));
        }
        Files.copy(Path.of("../hourglass"), project.resolve("hourglass"));
        maven("mkdir -p app/target && touch app/target/hourglass.jar && echo \"$*\" >> builds.log");
        javaHome = jdk("jdk-26", "JAVA_VERSION=\"26.0.1\"").toString();
    }

    @Test
    void commandsThatComputeGetTheVectorModuleAndOthersDoNot() throws Exception {
        assertThat(launch("lab", "mnist").out())
                .contains("jdk-26: --add-modules jdk.incubator.vector")
                .endsWith("-jar " + jar.toRealPath() + " lab mnist");
        assertThat(launch("lab", "--help").out()).doesNotContain("vector").endsWith(" lab --help");
        assertThat(launch("data", "list").out()).doesNotContain("vector").endsWith(" data list");
    }

    @Test
    void passesArgumentsWithBlanksWhole() throws Exception {
        script(folder.resolve("jdk-26/bin/java"), "printf '<%s>' \"$@\"");

        assertThat(launch("lab", "my lab.yaml", "").out()).endsWith("<lab><my lab.yaml><>");
    }

    @Test
    void splitsTheUsersOptionsAtBlanksButMatchesNoFiles() throws Exception {
        javaOptions = "-Xmx1g -Dpattern=/*";

        assertThat(launch("lab").out()).contains(" -Xmx1g -Dpattern=/* -jar ");
    }

    @Test
    void prefersJavaHomeButNotWhenItIsTooOld() throws Exception {
        javaHome = jdk("old", "JAVA_VERSION=\"24.0.2\"").toString();

        Outcome outcome = launch("lab");

        assertThat(outcome.status()).isZero();
        assertThat(outcome.out()).startsWith("on-path:");
    }

    @Test
    void passesByARuntimeWithoutTheVectorModule() throws Exception {
        javaHome = jdk("cut-down", "JAVA_VERSION=\"25\"\nMODULES=\"java.base java.logging\"")
                .toString();

        assertThat(launch("lab").out()).startsWith("on-path:");
    }

    @Test
    void runsThroughASymbolicLinkFromAnotherFolder() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("a project/hourglass"));

        assertThat(launchFile(link, "lab").out()).endsWith("-jar " + jar.toRealPath() + " lab");
    }

    @Test
    void buildsOnceAndAgainWhenASourceIsNewer() throws Exception {
        assertThat(launch("lab").err()).startsWith("hourglass: building").hasLineCount(1);
        assertThat(launch("lab").err()).isEmpty();
        assertThat(Files.readAllLines(builds))
                .hasSize(1)
                .first()
                .asString()
                .endsWith("-DskipTests -pl app -am package");

        Path source = Files.createFile(project.resolve("core/src/main/New.java"));
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));
        launch("lab");

        assertThat(Files.readAllLines(builds)).hasSize(2);
    }

    @Test
    void buildsAgainWhenASourceChangedDuringTheBuild() throws Exception {
        maven("sleep 1; touch core/src/main/Edited.java; sleep 1; mkdir -p app/target"
                + " && touch app/target/hourglass.jar && echo built >> builds.log");
        launch("lab");
        launch("lab");

        assertThat(Files.readAllLines(builds)).hasSize(2);
    }

    @Test
    void twoLaunchersAtOnceBuildOnce() throws Exception {
        maven("sleep 2; mkdir -p app/target && touch app/target/hourglass.jar && echo built >> builds.log");
        Process first = start(project.resolve("hourglass"), "lab");
        Process second = start(project.resolve("hourglass"), "lab");

        assertThat(finish(first).status()).isZero();
        assertThat(finish(second).status()).isZero();
        assertThat(Files.readAllLines(builds)).hasSize(1);
    }

    @Test
    void takesOverTheLockOfALauncherThatDied() throws Exception {
        launch("lab");
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        Path lock = Files.createDirectories(project.resolve("target/launcher.lock"));
        Files.writeString(lock.resolve("owner"), dead.pid() + "\n");

        assertThat(launch("lab").status()).isZero();
        // What the dead one built may be half a build.
        assertThat(Files.readAllLines(builds)).hasSize(2);
        assertThat(lock).doesNotExist();
    }

    @Test
    void aFailedBuildSaysSoAndLeavesNothingThatLooksBuilt() throws Exception {
        maven("mkdir -p app/target && touch app/target/hourglass.jar && echo 'COMPILATION ERROR' && exit 1");

        Outcome outcome = launch("lab");

        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).contains("COMPILATION ERROR", "hourglass: the build failed");
        assertThat(jar).doesNotExist();
        assertThat(project.resolve("target/launcher.lock")).doesNotExist();
    }

    private void maven(String body) throws IOException {
        Path onPath = jdk("on-path", "JAVA_VERSION=\"25.0.3\"").resolve("bin");
        script(onPath.resolve("mvn"), body);
    }

    /** A folder that looks like a JDK and whose java prints the folder's name and the arguments. */
    private Path jdk(String name, String release) throws IOException {
        Path home = folder.resolve(name);
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"Test\"\n" + release + "\n");
        script(home.resolve("bin/java"), "printf '%s' \"" + name + ": $*\"");
        return home;
    }

    private static void script(Path file, String body) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private record Outcome(int status, String out, String err) {}

    private Outcome launch(String... arguments) throws Exception {
        return launchFile(project.resolve("hourglass"), arguments);
    }

    private Outcome launchFile(Path launcher, String... arguments) throws Exception {
        return finish(start(launcher, arguments));
    }

    private Process start(Path launcher, String... arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(launcher.toString()).directory(folder.toFile());
        builder.command().addAll(List.of(arguments));
        builder.environment().put("PATH", folder.resolve("on-path/bin") + ":" + System.getenv("PATH"));
        builder.environment().put("JAVA_HOME", javaHome);
        builder.environment().put("HOURGLASS_JAVA_OPTS", javaOptions);
        return builder.start();
    }

    private static Outcome finish(Process process) throws Exception {
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Outcome(process.exitValue(), out, err);
    }
}

package dev.hourglass.train.checkpoints;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;

/**
 * The class path of this process with jars in place of folders. Of classes in jars Java keeps what it parsed and verified in an
 * archive, from which processes that are started again and again take them in half the time; of folders it does not.
 */
final class PackedClassPath {
    private PackedClassPath() {}

    /** Packs the classes of each folder into a jar in {@code target}. */
    static String into(Path target) throws IOException {
        List<String> packed = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path path = Path.of(entry);
            packed.add(Files.isDirectory(path) ? jar(path, target.resolve(packed.size() + ".jar")) : entry);
        }
        return String.join(File.pathSeparator, packed);
    }

    private static String jar(Path classes, Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                Stream<Path> all = Files.walk(classes)) {
            out.setLevel(Deflater.NO_COMPRESSION);
            for (Path each : (Iterable<Path>) all.filter(path -> path.toString().endsWith(".class"))::iterator) {
                String name = classes.relativize(each).toString().replace(File.separatorChar, '/');
                out.putNextEntry(new ZipEntry(name));
                Files.copy(each, out);
            }
        }
        return jar.toString();
    }
}

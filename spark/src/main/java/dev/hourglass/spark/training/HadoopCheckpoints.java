package dev.hourglass.spark.training;

import dev.hourglass.model.Autoencoder;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.train.checkpoints.Checkpoint;
import dev.hourglass.train.checkpoints.Checkpoints;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Checkpoints in a folder of any file system that Hadoop knows, in the files that Hourglass writes anywhere. Each is written beside
 * its place and renamed, and has a SHA-256 at its end, so one that is not whole is never taken for one.
 */
final class HadoopCheckpoints {
    private static final Pattern NAME = Pattern.compile("step-\\d{9,10}\\.checkpoint");
    private static final int GENERATIONS = 2;

    private final FileSystem files;
    private final Path folder;

    /** @param folder with or without a scheme, such as {@code hdfs:///models/pump}; made when the first one is saved */
    HadoopCheckpoints(String folder, Configuration configuration) throws IOException {
        this.folder = new Path(folder);
        files = this.folder.getFileSystem(configuration);
    }

    /**
     * Saves a state; the one before the last is removed.
     *
     * @param attempt tells what is half written by this attempt from what an earlier one left
     */
    void save(Checkpoint checkpoint, long attempt) throws IOException {
        inTemporaryFolder(local -> {
            java.nio.file.Path written = new Checkpoints(local).save(checkpoint);
            String name = written.getFileName().toString();
            Path half = new Path(folder, "." + name + "." + attempt);
            files.mkdirs(folder);
            try (OutputStream out = files.create(half, true)) {
                Files.copy(written, out);
            }
            Path place = new Path(folder, name);
            // Of the same step, so of the same bits; some file systems rename onto nothing only.
            files.delete(place, false);
            if (!files.rename(half, place)) {
                throw new IOException("Can't rename " + half + " to " + place);
            }
            return name;
        });
        List<String> all = names();
        for (String old : all.subList(Math.min(GENERATIONS, all.size()), all.size())) {
            files.delete(new Path(folder, old), false);
        }
    }

    /** Newest first. */
    List<String> names() throws IOException {
        try {
            return Arrays.stream(files.listStatus(folder))
                    .filter(FileStatus::isFile)
                    .map(file -> file.getPath().getName())
                    .filter(name -> NAME.matcher(name).matches())
                    .sorted(Comparator.comparingLong(HadoopCheckpoints::steps).reversed())
                    .toList();
        } catch (FileNotFoundException e) {
            return List.of();
        }
    }

    private static long steps(String name) {
        return Long.parseLong(name.replaceAll("\\D", ""));
    }

    /** The name of the newest one that is whole; empty if there is none at all. */
    Optional<String> newest(Autoencoder model) throws IOException {
        CorruptFileException damaged = null;
        for (String name : names()) {
            try {
                read(name, model);
                return Optional.of(name);
            } catch (CorruptFileException e) {
                damaged = e;
            }
        }
        if (damaged != null) {
            throw damaged;
        }
        return Optional.empty();
    }

    /**
     * @param model that it must be of
     * @throws CorruptFileException if it is damaged, or of another model
     */
    Checkpoint read(String name, Autoencoder model) throws IOException {
        return inTemporaryFolder(local -> {
            try (InputStream in = files.open(new Path(folder, name))) {
                Files.copy(in, local.resolve(name));
            }
            return new Checkpoints(local)
                    .newest(model.spec(), model.normalization())
                    .orElseThrow()
                    .checkpoint();
        });
    }

    @FunctionalInterface
    private interface Use<T> {
        T of(java.nio.file.Path folder) throws IOException;
    }

    /** Core's checkpoints lie in a folder of this machine, which nobody else may read, for a moment. */
    private static <T> T inTemporaryFolder(Use<T> use) throws IOException {
        java.nio.file.Path local = Files.createTempDirectory("hourglass-checkpoint");
        try {
            return use.of(local);
        } finally {
            try (Stream<java.nio.file.Path> all = Files.walk(local)) {
                for (java.nio.file.Path each :
                        all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
    }
}

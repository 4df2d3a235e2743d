package dev.hourglass.data.catalog;

import dev.hourglass.data.Split;
import dev.hourglass.data.files.CifarFile;
import dev.hourglass.data.files.IdxFile;
import dev.hourglass.data.series.SyntheticSequences;
import dev.hourglass.tensor.Shape;
import java.util.List;

/**
 * What a catalog knows about a data set: what it is, its files and where to get them.
 *
 * @param name as the user writes it, such as {@code mnist}
 * @param title such as {@code MNIST handwritten digits}
 * @param format how the files are read
 * @param sampleShape [height, width, channels] or [steps, features]
 * @param classNames of the classes 0, 1, …
 * @param trainingSamples how many the whole training set holds
 * @param testSamples how many the whole test set holds
 * @param sources in the order in which they are tried
 */
public record DatasetSpec(
        String name,
        String title,
        Format format,
        Shape sampleShape,
        List<String> classNames,
        int trainingSamples,
        int testSamples,
        List<DataFile> files,
        List<DatasetSource> sources,
        String licence,
        String citation) {
    /** How the files of a data set are read. */
    public enum Format {
        /** For each split a file of images and one of labels, see {@link IdxFile}. */
        IDX,
        /** For each split files of records, see {@link CifarFile}. */
        CIFAR,
        /** No files: {@link SyntheticSequences} are made when they are needed. */
        SEQUENCES
    }

    public DatasetSpec {
        classNames = List.copyOf(classNames);
        files = List.copyOf(files);
        sources = List.copyOf(sources);
    }

    /** Labels are 0 to {@code classes() - 1}. */
    public int classes() {
        return classNames.size();
    }

    /** Whether the data is made here, so that there are no files and nothing to fetch. */
    public boolean generated() {
        return format == Format.SEQUENCES;
    }

    /** How many samples the whole split holds. */
    public int samples(Split split) {
        return switch (split) {
            case TRAINING -> trainingSamples;
            case TEST -> testSamples;
        };
    }

    public List<DataFile> files(Split split) {
        return files.stream().filter(file -> file.split() == split).toList();
    }

    /** The one file that holds this content of the split. */
    DataFile file(Split split, DataFile.Content content) {
        return files(split).stream()
                .filter(file -> file.content() == content)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(name + ":" + split.key() + " has no file of " + content));
    }
}

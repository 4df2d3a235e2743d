package dev.hourglass.lab.board;

import java.util.Arrays;
import java.util.List;

/** The benchmarks that can be run. */
public enum BoardKind {
    NAB("nab", "series"),
    ECG5000("ecg5000", "seeds"),
    SKAB("skab", "experiments"),
    SMAP("smap", "signals"),
    TSB("tsb", "series"),
    MNIST("mnist-one-class", "classes"),
    CIFAR10("cifar10-one-class", "classes");

    private final String word;
    private final String itemWord;

    BoardKind(String word, String itemWord) {
        this.word = word;
        this.itemWord = itemWord;
    }

    /** As on the command line. */
    public String word() {
        return word;
    }

    /** What is scored one by one, in the plural. */
    public String itemWord() {
        return itemWord;
    }

    /** Whether its files lie in a folder; else it is made of a data set of the catalog. */
    public boolean needsFolder() {
        return switch (this) {
            case NAB, ECG5000, SKAB, SMAP, TSB -> true;
            case MNIST, CIFAR10 -> false;
        };
    }

    /** All of them, as on the command line. */
    public static List<String> words() {
        return Arrays.stream(values()).map(BoardKind::word).toList();
    }

    Benchmark open(BoardOptions options) {
        return switch (this) {
            case NAB -> NabBoard.open(options);
            case ECG5000 -> Ecg5000Board.open(options);
            case SKAB -> SkabBoard.open(options);
            case SMAP -> SmapBoard.open(options);
            case TSB -> TsbBoard.open(options);
            case MNIST -> OneClassBoard.open("mnist", "MNIST", options);
            case CIFAR10 -> OneClassBoard.open("cifar10", "CIFAR-10", options);
        };
    }
}

package dev.hourglass.lab.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.lab.board.files.ScoreSet;
import dev.hourglass.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OneClassBoardIT {
    private static final int SIZE = 8;

    /** Images of 64 pixels: class 0 has its upper half lit, class 1 its lower half, each a little differently. */
    private static FloatDataset images(String name, int each) {
        float[] pixels = new float[2 * each * SIZE * SIZE];
        int[] labels = new int[2 * each];
        for (int image = 0; image < 2 * each; image++) {
            labels[image] = image % 2;
            for (int i = 0; i < SIZE * SIZE; i++) {
                boolean lit = i < SIZE * SIZE / 2 == (labels[image] == 0);
                pixels[image * SIZE * SIZE + i] = (lit ? 0.7f : 0.1f) + (image * 31 + i * 17) % 23 / 100f;
            }
        }
        return FloatDataset.of(name, Shape.of(SIZE, SIZE, 1), pixels).withLabels(labels, List.of("upper", "lower"));
    }

    private static BoardResult result(OneClassBoard board) {
        Map<String, ScoreSet> scores = new LinkedHashMap<>();
        board.items().forEach(item -> scores.put(item.name(), item.scores().get()));
        return board.judge(scores);
    }

    private static double[] row(BoardResult result, String detector) {
        return result.rows().stream()
                .filter(row -> row.detector().equals(detector))
                .findFirst()
                .orElseThrow()
                .values();
    }

    @Test
    void imagesOfTheOtherClassAreToldFromThoseThatWereLearned() {
        BoardResult result =
                result(OneClassBoard.of("Halves", images("train", 40), images("test", 25), List.of(0L, 1L)));

        assertThat(result.title()).isEqualTo("Halves, one class of 2, 50 test images");
        assertThat(result.columns())
                .extracting(BoardResult.Column::name)
                .containsExactly("mean AUROC", "worst class", "upper", "lower");
        for (String detector : List.of(
                "autoencoder", "autoencoder seed 1", "autoencoder with code", "nearest neighbours", "PCA error")) {
            assertThat(row(result, detector)).as(detector).containsOnly(1);
        }
        double[] noise = row(result, "uniform noise");
        assertThat(noise[0]).isBetween(0.3, 0.7).isEqualTo((noise[2] + noise[3]) / 2);
        assertThat(noise[1]).isEqualTo(Math.min(noise[2], noise[3]));
        assertThat(result.notes()).last().asString().contains("by bootstrap over classes, so it could be chance");
    }

    @Test
    void aClassThatCanNotBeLearnedIsRefused() {
        FloatDataset test = images("test", 25);
        FloatDataset few = images("few", 40).range(0, 12);

        assertThatThrownBy(() -> OneClassBoard.of("Halves", few, test, List.of(0L)))
                .isInstanceOf(BoardException.class)
                .hasMessageContaining("few: expected 10 images or more of class 0, found 6. Take the whole data set.");
    }
}

package dev.hourglass.report.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.Measured;
import dev.hourglass.engine.OutputTerm;
import dev.hourglass.engine.Target;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Presets;
import dev.hourglass.report.SampleRuns;
import dev.hourglass.report.results.ModelEvaluation;
import dev.hourglass.report.results.ModelResult;
import dev.hourglass.report.results.RunData;
import dev.hourglass.report.results.RunResult;
import dev.hourglass.tensor.Shape;
import dev.hourglass.train.History;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;

class FiguresTest {
    private static final RunData EMPTY = SampleRuns.data("d", 1, 1, List.of());
    /** More coloured pixels than the legend of a history has alone. */
    private static final long LEGEND = 3_300;

    private static BufferedImage png(Figure figure) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(figure.toPngBytes()));
    }

    private static Element svg(Figure figure) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        byte[] bytes = figure.toSvg().getBytes(StandardCharsets.UTF_8);
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        return factory.newDocumentBuilder()
                .parse(new ByteArrayInputStream(bytes))
                .getDocumentElement();
    }

    /** How many pixels are neither grey nor white: the curves. */
    private static long colored(BufferedImage image) {
        return Arrays.stream(image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth()))
                .filter(rgb -> Math.abs((rgb >> 16 & 255) - (rgb & 255)) > 60)
                .count();
    }

    @Test
    void figuresAreNamedAsTheirFiles() {
        assertThat(Figures.all(SampleRuns.mnist()))
                .extracting(Figure::name)
                .containsExactly(
                        "cnn_training_history",
                        "cnn_reconstructed_images",
                        "lstm_training_history",
                        "lstm_reconstructed_images",
                        "model_comparison",
                        "side_by_side");
    }

    @Test
    void pngHasThreePixelsAUnitAndSaysSo() throws IOException {
        Figure figure =
                Figures.trainingHistory(SampleRuns.cnn(0.005641, 0.000304)).orElseThrow();
        BufferedImage image = png(figure);
        assertThat(image.getWidth()).isEqualTo(3 * figure.width()).isEqualTo(3360);
        assertThat(image.getHeight()).isEqualTo(3 * figure.height());
        assertThat(new String(figure.toPngBytes(), StandardCharsets.ISO_8859_1)).contains("pHYs");
    }

    @Test
    void svgIsSelfContainedAndDescribed() throws Exception {
        for (Figure figure : Figures.all(SampleRuns.mnist())) {
            Element root = svg(figure);
            assertThat(root.getLocalName()).isEqualTo("svg");
            assertThat(root.getAttribute("viewBox")).isEqualTo("0 0 " + figure.width() + " " + figure.height());
            assertThat(root.getElementsByTagNameNS("*", "title").item(0).getTextContent())
                    .isEqualTo(figure.description());
            assertThat(root.getElementsByTagNameNS("*", "text").getLength()).isZero();
            assertThat(figure.toSvg()).doesNotContain("href=\"http").doesNotContain("<script");
        }
    }

    @Test
    void theSameFigureGivesTheSameBytes() {
        RunResult run = SampleRuns.mnist();
        assertThat(Figures.comparison(run).toPngBytes())
                .isEqualTo(Figures.comparison(run).toPngBytes());
        assertThat(Figures.comparison(run).toSvg())
                .isEqualTo(Figures.comparison(run).toSvg());
    }

    @Test
    void writingLeavesTheTwoFilesAndNothingElse(@TempDir Path folder) throws IOException {
        Figure figure = Figures.comparison(SampleRuns.mnist());
        figure.writePng(folder.resolve("plots/comparison.png"));
        figure.writeSvg(folder.resolve("plots/comparison.svg"));
        assertThat(folder.resolve("plots/comparison.png")).hasBinaryContent(figure.toPngBytes());
        assertThat(folder.resolve("plots/comparison.svg")).hasContent(figure.toSvg());
        try (var files = Files.list(folder.resolve("plots"))) {
            assertThat(files).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-300, 1e-12, 1e7, 1e9, 2.4e62, Double.MAX_VALUE, Double.POSITIVE_INFINITY})
    @Timeout(60)
    void aHistoryOfAnyScaleIsDrawnInTime(double loss) throws IOException {
        ModelResult model = SampleRuns.model(
                SampleRuns.CNN, 0.1, 0.1, 0.1, SampleRuns.history(1, loss, loss, loss / 2, Double.NaN));

        BufferedImage image = png(Figures.trainingHistory(model).orElseThrow());

        boolean drawn = loss <= 1e9;
        assertThat(colored(image) > LEGEND).isEqualTo(drawn);
    }

    @Test
    void aVariationalModelShowsBothPartsOfItsLossAndWhatItMakesOfThePrior() throws IOException {
        ModelResult model = SampleRuns.variational(0.01, 0.02);
        assertThat(Figures.trainingHistory(model).orElseThrow().description())
                .isEqualTo(
                        "Training history of VAE: loss (binary cross-entropy + Kullback-Leibler divergence of latent) and"
                                + " binary cross-entropy, summed over a sample and Kullback-Leibler divergence of codes (nats) and"
                                + " mean squared error and mean absolute error, in training and validation, over 3 epochs; the"
                                + " smallest validation loss is 120.000000 after epoch 3.");
        Figure history = Figures.trainingHistory(model).orElseThrow();
        assertThat(history.width()).as("five charts, three in a row").isEqualTo(3 * 560);
        assertThat(history.height()).isEqualTo(2 * 430);
        Figure samples = Figures.priorSamples(model).orElseThrow();
        assertThat(samples.name()).isEqualTo("vae_prior_samples");
        assertThat(samples.description()).startsWith("VAE: new samples: 10 images;");
        Figure plane = Figures.priorPlane(model).orElseThrow();
        assertThat(plane.description()).startsWith("VAE: the plane of codes: 9 images;");
        assertThat(Figures.priorSamples(SampleRuns.cnn(0.01, 0.02))).isEmpty();
    }

    @Test
    void historyNamesTheLossAndShowsTheSquaredErrorBesideAnother() {
        Figure figure = Figures.trainingHistory(SampleRuns.crossentropy(0.005641, 0.000304))
                .orElseThrow();
        assertThat(figure.description())
                .isEqualTo(
                        "Training history of CNN: loss (binary cross-entropy) and mean squared error and mean absolute"
                                + " error, in training and validation, over 3 epochs; the smallest validation loss is 0.200000"
                                + " after epoch 3.");
    }

    @Test
    void historyNamesTheErrorsOfEachOutput() {
        Measured measured = new Measured(
                0.3,
                0.3,
                0,
                0.04,
                0.1,
                List.of(
                        new Measured.OfOutput("rebuilt", 0.2, 0.04, 0.1),
                        new Measured.OfOutput("predicted", 0.05, 0.05, 0.2)));
        Loss loss = new Loss.PerOutput(List.of(
                new OutputTerm("rebuilt", Target.INPUT, new Loss.BinaryCrossentropy(false, 0), 1),
                new OutputTerm("predicted", Target.NEXT, new Loss.MeanSquaredError(), 2)));
        ModelResult model = SampleRuns.model(
                SampleRuns.CNN,
                0.04,
                0.1,
                0.1,
                new History(loss, List.of(new History.Epoch(1, measured, measured, 1e-3f, 9, 10))));

        Figure figure = Figures.trainingHistory(model).orElseThrow();

        assertThat(figure.description())
                .isEqualTo(
                        "Training history of CNN: loss (binary cross-entropy of 'rebuilt' + 2.0 x mean squared error of"
                                + " 'predicted') and binary cross-entropy of 'rebuilt' and mean squared error of 'rebuilt' and mean"
                                + " squared error of 'predicted', in training and validation, over 1 epoch; the smallest validation"
                                + " loss is 0.300000 after epoch 1.");
    }

    @Test
    void historyDescribesItsBestEpoch() {
        ModelResult model =
                SampleRuns.model(SampleRuns.CNN, 0.1, 0.1, 0.1, SampleRuns.history(1, 0.3, 0.2, 0.2, 0.15, 0.1, 0.19));
        assertThat(Figures.trainingHistory(model).orElseThrow().description())
                .isEqualTo(
                        "Training history of CNN: loss (mean squared error) and mean absolute error, in training and validation, over 3"
                                + " epochs; the smallest validation loss is 0.150000 after epoch 2.");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 50})
    void anyNumberOfEpochsIsDrawn(int epochs) throws IOException {
        double[] losses = new double[2 * epochs];
        Arrays.setAll(losses, i -> 1.0 / (1 + i));
        ModelResult model = SampleRuns.model(SampleRuns.CNN, 0.1, 0.1, 0.1, SampleRuns.history(1, losses));
        assertThat(colored(png(Figures.trainingHistory(model).orElseThrow()))).isGreaterThan(LEGEND);
    }

    @Test
    void lossesThatAreNotFiniteLeaveGaps() throws IOException {
        double nan = Double.NaN;
        ModelResult partly = SampleRuns.model(
                SampleRuns.CNN, nan, nan, nan, SampleRuns.history(1, 0.3, 0.2, 1 / 0.0, nan, nan, nan));
        assertThat(colored(png(Figures.trainingHistory(partly).orElseThrow()))).isGreaterThan(LEGEND);
        ModelResult wholly = SampleRuns.model(SampleRuns.CNN, nan, nan, nan, SampleRuns.history(1, nan, nan, nan, nan));
        assertThat(Figures.trainingHistory(wholly).orElseThrow().description())
                .endsWith("no validation loss is a finite number.");
        assertThat(png(Figures.trainingHistory(wholly).orElseThrow()).getWidth())
                .isEqualTo(3360);
    }

    @Test
    void pixelsAreDrawnAsSharpSquares() throws IOException {
        float[] checks = new float[784];
        for (int i = 0; i < 784; i++) {
            int row = i / 28;
            checks[i] = (row + i) % 2;
        }
        ModelResult model = model(SampleRuns.CNN, checks);
        BufferedImage image = png(Figures.reconstructions(model).orElseThrow());
        // Down the left edge of the figure's margin (20 units) sits the original: 28 squares of 9 pixels, no greys.
        int x = 20 * 3 + 4;
        int top = 0;
        while ((image.getRGB(x, top) & 0xFFFFFF) != 0 || (image.getRGB(x, top + 8) & 0xFFFFFF) != 0) {
            top++;
        }
        for (int row = 0; row < 28; row++) {
            for (int pixel = 0; pixel < 9; pixel++) {
                assertThat(image.getRGB(x, top + 9 * row + pixel) & 0xFFFFFF)
                        .as("row %d, pixel %d", row, pixel)
                        .isEqualTo(row % 2 == 0 ? 0x000000 : 0xFFFFFF);
            }
        }
    }

    @Test
    void threeChannelsAreDrawnInColor() throws IOException {
        float[] blue = new float[32 * 32 * 3];
        for (int i = 2; i < blue.length; i += 3) {
            blue[i] = 1;
        }
        ModelResult model = model(Presets.cifar10Cnn("cnn"), blue);
        assertThat(colored(png(Figures.reconstructions(model).orElseThrow()))).isGreaterThan(2 * 90 * 90);
    }

    @Test
    void sequencesAndVectorsAreDrawnInTheirOwnRange() {
        float[] sequence = new float[500];
        Arrays.fill(sequence, 250, 500, -7f);
        ModelResult model = model(Presets.sequenceLstm("lstm"), sequence);
        assertThat(SampleImages.rangeOf(model.data().samples())).isEqualTo(new SampleImages(-7, 0));
        assertThat(Figures.reconstructions(model).orElseThrow().toPngBytes()).isNotEmpty();

        AutoencoderSpec vectors = new AutoencoderSpec(
                "dense",
                Shape.of(200),
                List.of(new LayerSpec.Dense("down", 2, dev.hourglass.model.Activation.LINEAR)),
                List.of(new LayerSpec.Dense("up", 200, dev.hourglass.model.Activation.LINEAR)));
        ModelResult dense = model(vectors, new float[200]);
        assertThat(Figures.reconstructions(dense).orElseThrow().toPngBytes()).isNotEmpty();
    }

    @Test
    void aFigureNeedsSomethingToShow() {
        ModelResult untrained = SampleRuns.model(SampleRuns.CNN, 0.1, 0.1, 0.1, SampleRuns.history(1));
        assertThat(Figures.trainingHistory(untrained)).isEmpty();
        ModelResult model = new ModelResult(
                untrained.spec(),
                EMPTY,
                1,
                untrained.history(),
                untrained.test(),
                0.1,
                "",
                List.of(),
                ModelEvaluation.NONE);
        RunResult run = new RunResult("t", List.of(model), Map.of());
        assertThat(Figures.all(run)).extracting(Figure::name).containsExactly("model_comparison");
    }

    @Test
    void aRunRefusesReconstructionsThatDoNotMatchItsExamples() {
        ModelResult model = SampleRuns.cnn(0.1, 0.1);
        RunData oneExample = SampleRuns.data("d", 1, 1, List.of(new float[784]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ModelResult(
                        model.spec(),
                        oneExample,
                        1,
                        model.history(),
                        model.test(),
                        0.1,
                        "",
                        model.reconstructions(),
                        ModelEvaluation.NONE))
                .withMessage("Model 'cnn' needs one reconstruction for each of the 1 examples, got 10");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RunResult("t", List.of(), Map.of()))
                .withMessage("A run needs at least one model, got none");
    }

    private static ModelResult model(AutoencoderSpec spec, float[] reconstruction) {
        ModelResult like = SampleRuns.cnn(0.1, 0.1);
        RunData data = SampleRuns.data("d", 1, 1, List.of(reconstruction));
        return new ModelResult(
                spec, data, 1, like.history(), like.test(), 0.1, "", List.of(reconstruction), ModelEvaluation.NONE);
    }
}

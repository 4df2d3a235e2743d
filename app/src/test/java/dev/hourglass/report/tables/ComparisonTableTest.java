package dev.hourglass.report.tables;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.report.SampleRuns;
import dev.hourglass.report.results.ModelResult;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTableTest {
    @Test
    void textAlignsOneColumnAModel() {
        assertThat(ComparisonTable.of(SampleRuns.mnist()).toText()).isEqualTo("""
                                                              CNN            LSTM
                ─────────────────────────────────────────────────────────────────
                Data                                        mnist           mnist
                Training samples                           60,000          60,000
                Test samples                               10,000          10,000
                Reconstruction MSE (test set)            0.005641        0.017612
                Reconstruction MAE (test set)            0.022564        0.070448
                MSE of PCA, same latent size             0.000304        0.016828
                MSE over PCA's                               18.6            1.05
                Original dimensions                           784             784
                Latent dimensions                     7x7x8 = 392              32
                Compression                                2.00:1         24.50:1
                Space saved                                50.00%          95.92%
                Parameters                                 12,585         269,468
                Training time, with validation             40.0 s      1 min 20 s
                Time per epoch, with validation            10.0 s          20.0 s
                Reconstruction throughput         3,178 samples/s   148 samples/s
                CNN is best for images of mnist; few parameters; short training; throughput
                LSTM is best for error beside PCA's; compression
                """);
    }

    @Test
    void csvHoldsFullPrecisionAndOneLineAModel() {
        assertThat(ComparisonTable.of(SampleRuns.mnist()).toCsv().split("\r\n", -1))
                .containsExactly(
                        "model,data,training_samples,test_samples,test_mse,test_mae,psnr_db,ssim,pca_mse,pca_mae,"
                                + "mse_to_pca,mse_to_noise_floor,original_size,latent_shape,latent_size,"
                                + "compression_ratio,compression_percent,parameters,training_seconds,"
                                + "seconds_per_epoch,peak_memory_bytes,reconstruction_samples_per_second,best_for,loss",
                        "cnn,mnist,60000,10000,0.005641,0.022564,,,3.04E-4,," + 0.005641 / 3.04e-4
                                + ",,784,7x7x8,392,2.0,50.0,12585,40.0,10.0,," + 40_000_000.0 / 12_585
                                + ",images of mnist; few parameters; short training; throughput,mean_squared_error",
                        "lstm,mnist,60000,10000,0.017612,0.070448,,,0.016828,," + 0.017612 / 0.016828
                                + ",,784,32,32,24.5," + 100 * (1 - 1 / 24.5) + ",269468,80.0,20.0,,"
                                + 40_000_000.0 / 269_468 + ",error beside PCA's; compression,mean_squared_error",
                        "");
    }

    @Test
    void pcaThatWasNotMeasuredIsAbsentAndNotZero() {
        ComparisonTable table = ComparisonTable.of(SampleRuns.run(SampleRuns.cnn(0.005641, Double.NaN)));
        assertThat(table.lines()).noneMatch(line -> line.measure().contains("PCA"));
        assertThat(table.toCsv()).contains("cnn,mnist,60000,10000,0.005641,0.022564,,,,,,,784,");
    }

    @Test
    void whatOneModelLacksIsAbsentBesideTheOther() {
        ComparisonTable table = ComparisonTable.of(
                SampleRuns.run(SampleRuns.cnn(0.005641, Double.NaN), SampleRuns.lstm(0.017612, 0.016828)));
        assertThat(table.lines())
                .contains(new ComparisonTable.Line("MSE of PCA, same latent size", List.of("–", "0.016828")));
    }

    @Test
    void aModelWithoutEpochsHasNoTimePerEpoch() {
        ModelResult untrained = SampleRuns.model(SampleRuns.CNN, 0.1, 0.2, 0.01, SampleRuns.history(1));
        assertThat(untrained.secondsPerEpoch()).isNaN();
        assertThat(ComparisonTable.of(SampleRuns.run(untrained)).lines())
                .noneMatch(line -> line.measure().startsWith("Time per epoch"));
    }

    @Test
    void historyCsvHasOneLineAnEpochOfEachModel() {
        ModelResult cnn = SampleRuns.model(
                SampleRuns.CNN, 0.1, 0.2, 0.01, SampleRuns.history(10, 0.04, 0.0625, Double.NaN, 0.09));
        ModelResult lstm = SampleRuns.model(SampleRuns.LSTM, 0.1, 0.2, 0.01, SampleRuns.history(20, 0.16, 0.25));
        assertThat(HistoryCsv.of(SampleRuns.run(cnn, lstm)).split("\r\n", -1))
                .containsExactly(
                        "model,epoch,loss,mae,val_loss,val_mae,learning_rate,train_seconds,seconds,mse,val_mse,loss_name,"
                                + "reconstruction,val_reconstruction,kl_divergence,val_kl_divergence",
                        "cnn,1,0.04,0.1,0.0625,0.125,0.001,9.0,10.0,0.04,0.0625,mean_squared_error,0.04,0.0625,0.0,0.0",
                        "cnn,2,,,0.09,0.15,0.001,9.0,10.0,,0.09,mean_squared_error,,0.09,0.0,0.0",
                        "lstm,1,0.16,0.2,0.25,0.25,0.001,18.0,20.0,0.16,0.25,mean_squared_error,0.16,0.25,0.0,0.0",
                        "");
    }

    @Test
    void aModelAloneIsTheBestOfNothing() {
        ComparisonTable table = ComparisonTable.of(SampleRuns.run(SampleRuns.cnn(0.005641, 0.000304)));
        assertThat(table.leaders()).isEmpty();
        assertThat(table.toCsv()).endsWith(",,mean_squared_error\r\n");
    }

    @Test
    void theLossIsNamedWhereAModelHasAnotherThanTheUsualOne() {
        ModelResult crossentropy = SampleRuns.crossentropy(0.005641, 0.000304);
        ComparisonTable table = ComparisonTable.of(SampleRuns.run(crossentropy, SampleRuns.lstm(0.017612, 0.016828)));
        assertThat(table.lines())
                .contains(new ComparisonTable.Line("Loss", List.of("binary cross-entropy", "mean squared error")))
                .contains(new ComparisonTable.Line("MSE of PCA, same latent size", List.of("0.000304", "0.016828")));
        assertThat(table.toCsv()).contains(",binary_crossentropy\r\n");
    }

    @Test
    void csvQuotesWhatNeedsQuotes() {
        assertThat(Csv.line("a,b", "say \"x\"", "two\nlines", 1))
                .isEqualTo("\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",1\r\n");
    }
}

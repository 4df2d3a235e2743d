package dev.hourglass.lab.run;

import static dev.hourglass.lab.run.JsonWriting.finite;

import dev.hourglass.engine.Measured;
import dev.hourglass.evaluate.errors.ErrorReport;
import dev.hourglass.evaluate.errors.ImageQuality;
import dev.hourglass.evaluate.latent.CodebookUse;
import dev.hourglass.report.results.LatentSpace;
import dev.hourglass.report.results.ModelEvaluation;
import dev.hourglass.report.results.ModelResult;
import dev.hourglass.report.results.PeakMemory;
import dev.hourglass.report.results.Prediction;
import dev.hourglass.report.results.RunData;
import dev.hourglass.report.results.RunResult;
import dev.hourglass.report.results.SignalErrors;
import dev.hourglass.report.results.StitchedPictures;
import dev.hourglass.report.results.Sweep;
import dev.hourglass.report.tables.Csv;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a run measured, for programs: the JSON and CSV files of {@code results/}, described in docs/run-folder.md. */
final class ResultFiles {
    private ResultFiles() {}

    /** File name to content; only files that have something to say. */
    static Map<String, String> of(RunResult run) {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("metrics.json", byModel(run, ResultFiles::metrics));
        files.put("classes.json", byModel(run, ResultFiles::classes));
        files.put("examples.json", byModel(run, ResultFiles::extremes));
        files.put("probes.json", byModel(run, ResultFiles::probes));
        files.put("signal.json", byModel(run, ResultFiles::signal));
        files.put("sweep.json", byModel(run, ResultFiles::sweep));
        files.values().removeIf(text -> text.equals(JsonWriting.text(Map.of())));
        for (ModelResult model : run.models()) {
            LatentSpace latent = model.evaluation().latent();
            ErrorReport errors = model.evaluation().errors();
            if (latent != null && errors != null) {
                files.put(
                        model.spec().name() + "_latent.csv",
                        latent(latent, errors, model.data().times()));
            }
        }
        return files;
    }

    private static String byModel(RunResult run, Function<ModelResult, @Nullable Object> part) {
        Map<String, Object> tree = new LinkedHashMap<>();
        for (ModelResult model : run.models()) {
            Object of = part.apply(model);
            if (of != null) {
                tree.put(model.spec().name(), of);
            }
        }
        return JsonWriting.text(tree);
    }

    private static Object metrics(ModelResult model) {
        ModelEvaluation evaluation = model.evaluation();
        Map<String, @Nullable Object> of = new LinkedHashMap<>();
        of.put("loss", model.history().loss().text());
        of.put("validationLoss", finite(validationLoss(model)));
        if (!model.history().epochs().isEmpty()
                && !model.history().last().validation().outputs().isEmpty()) {
            of.put("outputs", outputs(model.history().last().validation()));
        }
        if (!evaluation.predictions().isEmpty()) {
            of.put("predictions", predictions(evaluation.predictions()));
        }
        of.put("testMse", finite(model.test().mse()));
        of.put("testMae", finite(model.test().mae()));
        of.put("parameters", model.parameters());
        of.put("latentSize", model.spec().latentSize());
        of.put("compressionRatio", finite(model.spec().compressionRatio()));
        of.put("secondsPerEpoch", finite(model.secondsPerEpoch()));
        of.put("pcaMse", finite(model.pcaMse()));
        of.put("pcaMae", finite(model.pcaMae()));
        of.put("data", model.data().name());
        of.put("trainingSamples", model.data().trainingSamples());
        of.put("testSamples", model.data().testSamples());
        of.put("trainingSeconds", finite(model.history().totalSeconds()));
        of.put("samplesPerSecond", finite(model.test().samplesPerSecond()));
        ImageQuality quality = evaluation.quality();
        if (quality != null) {
            of.put("psnr", finite(quality.psnr()));
            of.put("ssim", finite(quality.ssim()));
        }
        StitchedPictures whole = evaluation.whole();
        if (whole != null) {
            of.put("wholePictures", whole(whole));
        }
        CodebookUse codebook = evaluation.codebook();
        if (codebook != null) {
            of.put("codebookVectors", codebook.vectors());
            of.put("codebookUsed", codebook.used());
            of.put("codebookPerplexity", finite(codebook.perplexity()));
            of.put("bitsPerSample", finite(codebook.bits()));
        }
        PeakMemory memory = evaluation.memory();
        if (memory != null) {
            of.put("peakMemoryBytes", memory.bytes());
            of.put("peakMemoryOf", memory.of());
        }
        SignalErrors signal = evaluation.signal();
        if (signal != null) {
            of.put("noiseFloor", finite(signal.noiseFloor()));
        }
        LatentSpace latent = evaluation.latent();
        if (latent != null && latent.tsne() != null) {
            of.put("tsneKlDivergence", finite(latent.tsne().klDivergence()));
            of.put("tsneTrustworthiness", finite(latent.tsne().trustworthiness()));
        }
        of.put("weightsSha256", model.weightsSha256());
        return of;
    }

    private static Map<String, @Nullable Object> whole(StitchedPictures whole) {
        Map<String, @Nullable Object> of = new LinkedHashMap<>();
        of.put("pictures", whole.each().size());
        of.put("overlap", whole.overlap());
        of.put("mse", finite(whole.mse()));
        of.put("psnr", finite(whole.psnr()));
        of.put("ssim", finite(whole.ssim()));
        if (whole.pairs()) {
            of.put("noisyPsnr", finite(whole.noisyPsnr()));
        }
        return of;
    }

    /** Each output that predicts, by its name. */
    private static Map<String, Object> predictions(List<Prediction> predictions) {
        Map<String, Object> outputs = new LinkedHashMap<>();
        for (Prediction prediction : predictions) {
            Map<String, @Nullable Object> of = new LinkedHashMap<>();
            of.put("testMse", finite(prediction.mse()));
            of.put("linearMse", finite(prediction.linearMse()));
            of.put("lastStepMse", finite(prediction.lastMse()));
            outputs.put(prediction.output(), of);
        }
        return outputs;
    }

    /** Each of several outputs by its name, after the last epoch. */
    private static Map<String, Object> outputs(Measured validation) {
        Map<String, Object> outputs = new LinkedHashMap<>();
        for (Measured.OfOutput output : validation.outputs()) {
            Map<String, @Nullable Object> of = new LinkedHashMap<>();
            of.put("validationLoss", finite(output.loss()));
            of.put("validationMse", finite(output.mse()));
            of.put("validationMae", finite(output.mae()));
            outputs.put(output.output(), of);
        }
        return outputs;
    }

    /** After the last epoch. */
    private static double validationLoss(ModelResult model) {
        return model.history().epochs().isEmpty()
                ? Double.NaN
                : model.history().last().validationLoss();
    }

    private static @Nullable Object classes(ModelResult model) {
        ErrorReport errors = model.evaluation().errors();
        ErrorReport pca = model.evaluation().pca();
        if (errors == null || errors.classes().isEmpty()) {
            return null;
        }
        List<Object> classes = new ArrayList<>();
        for (int i = 0; i < errors.classes().size(); i++) {
            ErrorReport.OfClass own = errors.classes().get(i);
            Map<String, @Nullable Object> of = new LinkedHashMap<>();
            of.put("label", own.label());
            of.put("name", model.data().className(own.label()));
            of.put("samples", own.samples());
            of.put("mse", finite(own.mse()));
            of.put("mae", finite(own.mae()));
            of.put("pcaMse", pca == null ? null : finite(pca.classes().get(i).mse()));
            classes.add(of);
        }
        return classes;
    }

    private static @Nullable Object extremes(ModelResult model) {
        ModelEvaluation evaluation = model.evaluation();
        if (evaluation.best().isEmpty()) {
            return null;
        }
        Map<String, Object> of = new LinkedHashMap<>();
        of.put("best", extremes(model, evaluation.best()));
        of.put("worst", extremes(model, evaluation.worst()));
        return of;
    }

    private static List<Object> extremes(ModelResult model, List<ModelEvaluation.Extreme> extremes) {
        return extremes.stream()
                .<Object>map(extreme -> extreme(extreme, model.data().names()))
                .toList();
    }

    private static Map<String, @Nullable Object> extreme(ModelEvaluation.Extreme extreme, List<String> names) {
        Map<String, @Nullable Object> of = new LinkedHashMap<>();
        of.put("index", extreme.index());
        if (!names.isEmpty()) {
            of.put("name", names.get(extreme.index()));
        }
        of.put("label", extreme.label());
        of.put("mse", finite(extreme.mse()));
        return of;
    }

    private static @Nullable Object probes(ModelResult model) {
        LatentSpace latent = model.evaluation().latent();
        if (latent == null || latent.probes().isEmpty()) {
            return null;
        }
        return latent.probes().stream()
                .map(probe -> {
                    Map<String, @Nullable Object> of = new LinkedHashMap<>();
                    of.put("space", probe.space());
                    of.put("numbers", probe.numbers());
                    of.put("trainingSamples", probe.trainingSamples());
                    of.put("testSamples", probe.testSamples());
                    of.put("neighboursAccuracy", finite(probe.neighbours()));
                    of.put("linearAccuracy", finite(probe.linear()));
                    of.put("silhouette", finite(probe.silhouette()));
                    return of;
                })
                .toList();
    }

    private static @Nullable Object signal(ModelResult model) {
        SignalErrors signal = model.evaluation().signal();
        if (signal == null) {
            return null;
        }
        Map<String, @Nullable Object> of = new LinkedHashMap<>();
        of.put("noiseFloor", finite(signal.noiseFloor()));
        of.put("model", parts(signal.model()));
        of.put("pca", parts(signal.pca()));
        return of;
    }

    private static Object parts(SignalErrors.OfModel errors) {
        Map<String, @Nullable Object> of = new LinkedHashMap<>();
        of.put("cleanMse", finite(errors.cleanMse()));
        of.put("trendShare", finite(errors.trend()));
        of.put("periodicShare", finite(errors.periodic()));
        of.put("noiseShare", finite(errors.noise()));
        of.put(
                "kinds",
                errors.kinds().stream()
                        .map(kind -> {
                            Map<String, @Nullable Object> each = new LinkedHashMap<>();
                            each.put("kind", kind.kind());
                            each.put("samples", kind.samples());
                            each.put("mse", finite(kind.mse()));
                            each.put("cleanMse", finite(kind.cleanMse()));
                            each.put("noiseFloor", finite(kind.noiseFloor()));
                            return each;
                        })
                        .toList());
        return of;
    }

    private static @Nullable Object sweep(ModelResult model) {
        Sweep sweep = model.evaluation().sweep();
        if (sweep == null) {
            return null;
        }
        Map<String, Object> of = new LinkedHashMap<>();
        of.put("epochs", sweep.epochs());
        of.put(
                "points",
                sweep.points().stream()
                        .map(point -> {
                            Map<String, @Nullable Object> each = new LinkedHashMap<>();
                            each.put("latentSize", point.latentSize());
                            each.put("mse", finite(point.mse()));
                            each.put("mae", finite(point.mae()));
                            each.put("pcaMse", finite(sweep.pcaMse(point)));
                            each.put("seconds", finite(point.seconds()));
                            return each;
                        })
                        .toList());
        return of;
    }

    /** Tables of as many lines as there are test samples, which are written line by line, by their names. */
    static Map<String, RunFolder.TextContent> tables(RunResult run) {
        Map<String, RunFolder.TextContent> tables = new LinkedHashMap<>();
        for (ModelResult model : run.models()) {
            ErrorReport errors = model.evaluation().errors();
            if (errors != null) {
                tables.put(model.spec().name() + "_errors.csv", csv -> writeErrors(model, errors, csv));
            }
            StitchedPictures whole = model.evaluation().whole();
            if (whole != null) {
                tables.put(model.spec().name() + "_whole_pictures.csv", csv -> writeWhole(whole, csv));
            }
        }
        return tables;
    }

    private static void writeWhole(StitchedPictures whole, Appendable csv) throws IOException {
        csv.append("name,height,width,mse,psnr_db,ssim").append(whole.pairs() ? ",noisy_psnr_db\n" : "\n");
        for (StitchedPictures.Each each : whole.each()) {
            csv.append(Csv.field(each.name()))
                    .append("," + each.height() + "," + each.width())
                    .append("," + each.mse() + "," + Csv.field(each.psnr()) + "," + Csv.field(each.ssim()))
                    .append(whole.pairs() ? "," + Csv.field(each.noisyPsnr()) + "\n" : "\n");
        }
    }

    private static void writeErrors(ModelResult model, ErrorReport errors, Appendable csv) throws IOException {
        ImageQuality quality = model.evaluation().quality();
        List<RunData.Interval> times = model.data().times();
        List<String> names = model.data().names();
        csv.append("index,mse,mae")
                .append(quality == null ? "" : ",psnr_db,ssim")
                .append(times.isEmpty() ? "" : ",begin,end")
                .append(names.isEmpty() ? "\n" : ",name\n");
        for (ErrorReport.OfSample sample : errors.each()) {
            csv.append(sample.index() + "," + sample.mse() + "," + sample.mae());
            if (quality != null) {
                ImageQuality.OfImage image = quality.each().get(sample.index());
                csv.append("," + image.psnr() + "," + image.ssim());
            }
            if (!times.isEmpty()) {
                RunData.Interval time = times.get(sample.index());
                csv.append(',').append(time.begin()).append(',').append(time.end());
            }
            if (!names.isEmpty()) {
                csv.append(',').append(Csv.field(names.get(sample.index())));
            }
            csv.append('\n');
        }
    }

    /** The label is empty where there is none, t-SNE's place where there were too few samples for it. */
    private static String latent(LatentSpace latent, ErrorReport errors, List<RunData.Interval> times) {
        LatentSpace.Plane tsne = latent.tsne();
        StringBuilder csv = new StringBuilder("index,label,tsne_x,tsne_y,pca_x,pca_y,mse")
                .append(times.isEmpty() ? "\n" : ",begin,end\n");
        for (int i = 0; i < latent.pca().points().count(); i++) {
            csv.append(latent.sample(i)).append(',');
            csv.append(latent.labels().isEmpty() ? "" : latent.labels().get(i)).append(',');
            csv.append(
                    tsne == null
                            ? ","
                            : tsne.points().get(i, 0) + "," + tsne.points().get(i, 1));
            csv.append(',').append(latent.pca().points().get(i, 0));
            csv.append(',').append(latent.pca().points().get(i, 1));
            csv.append(',').append(errors.each().get(latent.sample(i)).mse());
            if (!times.isEmpty()) {
                RunData.Interval time = times.get(latent.sample(i));
                csv.append(',').append(time.begin()).append(',').append(time.end());
            }
            csv.append('\n');
        }
        return csv.toString();
    }
}

package dev.hourglass.server.samples;

import dev.hourglass.data.DataSources;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.SourceOptions;
import dev.hourglass.data.ValueRange;
import dev.hourglass.data.images.Fit;
import dev.hourglass.data.images.ImageFolder;
import dev.hourglass.data.images.PictureOptions;
import dev.hourglass.evaluate.InputScale;
import dev.hourglass.model.OutputRange;
import dev.hourglass.server.http.Answers;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.Body;
import dev.hourglass.server.http.ErrorResponses;
import dev.hourglass.server.http.Query;
import dev.hourglass.server.http.Routes;
import dev.hourglass.server.models.EvaluationTarget;
import dev.hourglass.server.models.EvaluationTargets;
import dev.hourglass.server.models.OpenModel;
import dev.hourglass.server.models.Uploads;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;

/** Uploaded samples. They go through the same readers as files on the command line. */
public final class UploadRoutes implements Routes {
    private static final Map<String, String> FILES = Map.of(
            "image/png", "upload.png", "image/jpeg", "upload.jpg", "text/csv", "upload.csv", Answers.NPY, "upload.npy");

    private final EvaluationTargets targets;
    private final Uploads uploads;
    private final DataSources sources;

    public UploadRoutes(EvaluationTargets targets, Uploads uploads, DataSources sources) {
        this.targets = targets;
        this.uploads = uploads;
        this.sources = sources;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.post("/api/runs/{run}/models/{model}/uploads", this::upload);
    }

    private record Uploaded(String data, int samples, boolean hasLabels, SampleView first) {}

    private void upload(Context context) {
        Body.requireType(context, FILES.keySet().stream().sorted().toArray(String[]::new));
        OpenModel model = targets.model(context);
        byte[] body = Body.read(context);
        Path folder = uploads.newFolder();
        boolean kept = false;
        try {
            Path file = folder.resolve(FILES.getOrDefault(Body.mediaType(context), "upload"));
            Files.write(file, body);
            Dataset data = read(context, model, file, folder);
            SampleView first = SampleView.of(new EvaluationTarget(model, "upload", data, targets.imageShape(model)), 0);
            long bytes =
                    Math.max(body.length, 4L * data.size() * data.sampleShape().size());
            Uploads.Upload upload = uploads.add(model.key(), data, folder, bytes);
            kept = true;
            context.status(201);
            Answers.json(context, new Uploaded(upload.name(), data.size(), data.hasLabels(), first));
        } catch (IOException e) {
            throw ApiException.notKept("The upload", e);
        } catch (CorruptFileException | DatasetException e) {
            throw ApiException.impossible(null, ErrorResponses.withoutFolders(String.valueOf(e.getMessage())), null);
        } finally {
            if (!kept) {
                Uploads.delete(folder);
            }
        }
    }

    private Dataset read(Context context, OpenModel model, Path file, Path folder) {
        Query query = new Query(context);
        Normalization normalization = model.autoencoder().normalization();
        if (Body.mediaType(context).startsWith("image/")) {
            Shape image = targets.imageShape(model);
            if (image == null) {
                throw ApiException.impossible(null, "This model reads series, not images.", "Send a CSV or NPY file.");
            }
            PictureOptions options = PictureOptions.defaults().withFit(Fit.STRETCH);
            Dataset pictures = ImageFolder.read(folder, image, options).data();
            Dataset asWanted = query.flag("invert") ? inverted(pictures) : pictures;
            return DataSources.normalized(asWanted, normalization).reshaped(model.input());
        }
        SourceOptions options =
                SourceOptions.defaults().withSampleShape(model.input()).withNormalization(normalization);
        OptionalInt stride = query.integer("stride", 1, Integer.MAX_VALUE);
        options = stride.isPresent() ? options.withStride(stride.getAsInt()) : options;
        String labels = query.text("labelColumn", "");
        options = labels.isEmpty() ? options : options.withTables(SourceOptions.Tables.PLAIN.withLabel(labels));
        return requireReachable(sources.open(file.toString(), options, event -> {}), model);
    }

    /** Numbers to 255 would be scored against outputs from 0 to 1 without a word. */
    private static Dataset requireReachable(Dataset data, OpenModel model) {
        ValueRange range = ValueRange.of(data);
        OutputRange output = OutputRange.of(model.autoencoder().spec().reconstructing());
        if (model.autoencoder().normalization().isNone() && InputScale.isBeyond(range, output)) {
            InputScale.layer(model.autoencoder().spec().layers()).ifPresent(first -> {
                throw ApiException.impossible(
                        null,
                        "The numbers are " + range + ", layer '" + first.name()
                                + "' scales them, and the outputs lie in " + output
                                + ": there is no error to tell between the two.",
                        "Upload to a model whose outputs are like its inputs.");
            });
            throw ApiException.impossible(
                    null,
                    "The numbers are " + range + ", and the model's outputs lie in " + output + ".",
                    "Send numbers like those that it was trained on, such as pixels divided by 255.");
        }
        return data;
    }

    private static Dataset inverted(Dataset pictures) {
        int size = pictures.sampleShape().size();
        float[] samples = new float[pictures.size() * size];
        for (int i = 0; i < pictures.size(); i++) {
            pictures.copySample(i, samples, i * size);
            pictures.normalization().restore(samples, i * size, size);
        }
        for (int i = 0; i < samples.length; i++) {
            samples[i] = 255 - samples[i];
        }
        return FloatDataset.of(pictures.name(), pictures.sampleShape(), samples)
                .withNormalization(pictures.normalization());
    }
}

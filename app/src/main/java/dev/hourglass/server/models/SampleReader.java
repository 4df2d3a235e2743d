package dev.hourglass.server.models;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.ValueRange;
import dev.hourglass.data.files.NpyFile;
import dev.hourglass.server.http.Answers;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.Body;
import dev.hourglass.server.http.ErrorResponses;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Samples (or codes) in the body of a request, as JSON or NPY.
 *
 * @param values flat, one sample after the other, in the numbers that the model reads
 * @param count how many samples
 */
record SampleReader(float[] values, int count) {
    private static final int MOST_SAMPLES = 4_096;

    /**
     * @param shape of one sample
     * @param normalization of stored numbers
     */
    static SampleReader of(Context context, Shape shape, Normalization normalization) {
        Body.requireType(context, Body.JSON, Answers.NPY);
        byte[] body = Body.read(context);
        return Body.mediaType(context).equals(Answers.NPY)
                ? ofNpy(body, shape, normalization)
                : ofJson(body, shape, normalization);
    }

    static SampleReader ofJson(byte[] body, Shape shape, Normalization normalization) {
        Optional<SampleReader> samples = Optional.empty();
        boolean stored = false;
        try (JsonParser json = Body.FACTORY.createParser(tools.jackson.core.ObjectReadContext.empty(), body)) {
            require(json.nextToken() == JsonToken.START_OBJECT, null, "The request's body must be a JSON object.");
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String field = json.currentName();
                json.nextToken();
                switch (field) {
                    case "samples" -> samples = Optional.of(read(json, shape.size()));
                    case "units" -> {
                        String units = json.currentToken() == JsonToken.VALUE_STRING ? json.getString() : "";
                        require(
                                units.equals("model") || units.equals("stored"),
                                "units",
                                "units must be \"model\" or \"stored\".");
                        stored = units.equals("stored");
                    }
                    default -> json.skipChildren();
                }
            }
        } catch (JacksonException e) {
            throw Body.notJson(e);
        }
        SampleReader read = samples.orElseThrow(() ->
                ApiException.malformed("samples", "The field 'samples' is missing.", "Send {\"samples\": [[…], …]}."));
        if (stored) {
            normalization.apply(read.values(), 0, read.values().length);
        }
        return read;
    }

    /** A list of lists of numbers; a sample may be nested as its shape is, and counts by its numbers. */
    private static SampleReader read(JsonParser json, int size) {
        require(
                json.currentToken() == JsonToken.START_ARRAY,
                "samples",
                "samples must be a list of samples, each a list of numbers.");
        float[] values = new float[size];
        int numbers = 0;
        int count = 0;
        int depth = 1;
        while (depth > 0) {
            JsonToken token = json.nextToken();
            if (token == JsonToken.START_ARRAY) {
                depth++;
                if (depth == 2) {
                    require(
                            ++count <= MOST_SAMPLES,
                            "samples",
                            "samples may hold at most " + MOST_SAMPLES + " at once.");
                    if (count * (long) size > values.length) {
                        values = Arrays.copyOf(
                                values,
                                Math.toIntExact(Math.min(
                                        Math.max(count * (long) size, values.length * 2L),
                                        MOST_SAMPLES * (long) size)));
                    }
                }
            } else if (token == JsonToken.END_ARRAY) {
                depth--;
                if (depth == 1) {
                    requireSize(numbers == count * size, count - 1, numbers - (count - 1) * size, size);
                }
            } else if (depth > 1 && token != null && token.isNumeric()) {
                requireSize(numbers < count * size, count - 1, size + 1, size);
                float value = json.getFloatValue();
                require(Float.isFinite(value), "samples", "samples must be finite numbers.");
                values[numbers++] = value;
            } else {
                throw ApiException.malformed(
                        "samples",
                        "samples must be lists of numbers, found " + (token == null ? "the end" : token) + ".",
                        "Send {\"samples\": [[0, 0.5, 1, …], …]}.");
            }
        }
        require(count > 0, "samples", "samples must hold at least one.");
        return new SampleReader(Arrays.copyOf(values, count * size), count);
    }

    private static void requireSize(boolean fits, int index, int found, int size) {
        if (!fits) {
            throw ApiException.impossible(
                    "samples",
                    "samples[" + index + "] must hold " + size + " numbers, got " + (found > size ? "more" : found)
                            + ".",
                    "Send samples of the shape that the model reads.");
        }
    }

    private static void require(boolean holds, @org.jspecify.annotations.Nullable String field, String message) {
        if (!holds) {
            throw ApiException.malformed(field, message, "See /api for what is expected.");
        }
    }

    private static SampleReader ofNpy(byte[] body, Shape shape, Normalization normalization) {
        Path file = null;
        try {
            file = Files.createTempFile("hourglass-", ".npy");
            Files.write(file, body);
            Dataset data = NpyFile.open(file);
            Shape found = data.sampleShape();
            // One sample by itself has the shape's own dimensions, the first of which looks like a count.
            boolean one = data.size() == shape.dimension(0) && (long) data.size() * found.size() == shape.size();
            if (!one && found.size() != shape.size()) {
                throw ApiException.impossible(
                        null,
                        "The array must be [count, " + shape + "] or one sample, got " + data.size() + " of " + found
                                + ".",
                        "Send samples of the shape that the model reads.");
            }
            int count = one ? 1 : data.size();
            if (count > MOST_SAMPLES) {
                throw ApiException.impossible(
                        null, "The array may hold at most " + MOST_SAMPLES + " samples.", "Send less at once.");
            }
            float[] values = new float[count * shape.size()];
            for (int i = 0; i < data.size(); i++) {
                data.copySample(i, values, i * found.size());
            }
            if (isBytes(body)) {
                normalization.apply(values, 0, values.length);
            } else if (normalization.isPixels()) {
                ValueRange.of(data).towardsPixels("the array").apply(values, 0, values.length);
            }
            return new SampleReader(values, count);
        } catch (DatasetException e) {
            throw ApiException.impossible(
                    null, String.valueOf(e.getMessage()), "Send pixels from 0 to 255, or 0 to 1.");
        } catch (CorruptFileException e) {
            throw ApiException.malformed(
                    null, ErrorResponses.withoutFolders(String.valueOf(e.getMessage())), "Send NPY.");
        } catch (IOException e) {
            throw new UncheckedIOException("A body could not be kept in a temporary file", e);
        } finally {
            delete(file);
        }
    }

    /** Whether the header's type is that of bytes: |u1. */
    private static boolean isBytes(byte[] npy) {
        String header = new String(npy, 0, Math.min(npy.length, 128), java.nio.charset.StandardCharsets.ISO_8859_1);
        return header.contains("u1'") || header.contains("u1\"");
    }

    private static void delete(@org.jspecify.annotations.Nullable Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            // The system empties its temporary folder by itself.
        }
    }
}

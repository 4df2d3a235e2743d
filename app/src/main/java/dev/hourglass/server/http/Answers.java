package dev.hourglass.server.http;

import io.javalin.http.Context;
import java.util.Locale;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/** Writes answers: JSON without NaN, or NPY where the request asks for it. */
public final class Answers {
    /** Writes what is not finite as null, since JSON has no word for it. */
    public static final JsonMapper JSON = JsonMapper.builder()
            .addModule(new SimpleModule("finite numbers")
                    .addSerializer(Double.class, new FiniteDouble())
                    .addSerializer(double.class, new FiniteDouble())
                    .addSerializer(Float.class, new FiniteFloat())
                    .addSerializer(float.class, new FiniteFloat())
                    .addSerializer(float[].class, new FiniteFloats())
                    .addSerializer(double[].class, new FiniteDoubles()))
            .build();

    public static final String NPY = "application/x-npy";
    public static final String CSV = "text/csv";

    private Answers() {}

    public static void json(Context context, Object value) {
        context.contentType("application/json").result(JSON.writeValueAsBytes(value));
    }

    public static void npy(Context context, NpyArray array) {
        context.contentType(NPY).result(array.toBytes());
    }

    /** Whether the request would rather have this media type than JSON. */
    public static boolean wants(Context context, String mediaType) {
        String accept = context.header("Accept");
        return accept != null && accept.toLowerCase(Locale.ROOT).contains(mediaType);
    }

    private static final class FiniteDouble extends ValueSerializer<Double> {
        @Override
        public void serialize(Double value, JsonGenerator json, SerializationContext context) {
            write(json, value);
        }
    }

    private static final class FiniteFloat extends ValueSerializer<Float> {
        @Override
        public void serialize(Float value, JsonGenerator json, SerializationContext context) {
            write(json, value);
        }
    }

    private static final class FiniteFloats extends ValueSerializer<float[]> {
        @Override
        public void serialize(float[] values, JsonGenerator json, SerializationContext context) {
            json.writeStartArray();
            for (float value : values) {
                write(json, value);
            }
            json.writeEndArray();
        }
    }

    private static final class FiniteDoubles extends ValueSerializer<double[]> {
        @Override
        public void serialize(double[] values, JsonGenerator json, SerializationContext context) {
            json.writeStartArray();
            for (double value : values) {
                write(json, value);
            }
            json.writeEndArray();
        }
    }

    private static void write(JsonGenerator json, double value) {
        if (Double.isFinite(value)) {
            json.writeNumber(value);
        } else {
            json.writeNull();
        }
    }

    private static void write(JsonGenerator json, float value) {
        if (Float.isFinite(value)) {
            json.writeNumber(value);
        } else {
            json.writeNull();
        }
    }

    /** What is not defined is null in JSON. */
    public static @Nullable Double orNull(OptionalDouble value) {
        return value.isPresent() ? value.getAsDouble() : null;
    }
}

package dev.hourglass.formats.keras;

import dev.hourglass.formats.json.Json;
import dev.hourglass.hdf5.Attribute;
import dev.hourglass.hdf5.Group;
import org.jspecify.annotations.Nullable;

/**
 * Which Keras wrote a file: one before 3 had another {@code hard_sigmoid}, one before 2 other layouts of kernels.
 *
 * @param major 1, 2 or 3
 * @param theano whether it computed with Theano, whose convolutions turn kernels round
 */
public record KerasOrigin(int major, boolean theano) {
    public static final KerasOrigin KERAS3 = new KerasOrigin(3, false);

    /**
     * @param version such as {@code 2.2.4-tf}; Keras before 1.2 wrote none
     * @param backend such as {@code tensorflow}; null if not known
     */
    public static KerasOrigin of(@Nullable String version, @Nullable String backend) {
        int major = version != null && version.matches("[1-9]\\D.*") ? version.charAt(0) - '0' : 1;
        return new KerasOrigin(Math.min(3, major), "theano".equals(backend));
    }

    /** By the attributes of a {@code .h5} file or of the group of its weights. */
    public static KerasOrigin of(Group group) {
        return of(text(group, "keras_version"), text(group, "backend"));
    }

    /** By the members of {@code model.to_json()}, which Keras 3 writes without any of them. */
    public static KerasOrigin ofArchitecture(Json.Mapping root) {
        if (root.find("module") != null) {
            return KERAS3;
        }
        return of(text(root.find("keras_version")), text(root.find("backend")));
    }

    /** By a {@code metadata.json}, which there is since Keras 2.12. */
    public static KerasOrigin ofMetadata(Json.@Nullable Mapping metadata) {
        String version = metadata == null ? null : text(metadata.find("keras_version"));
        return version == null ? KERAS3 : of(version, null);
    }

    private static @Nullable String text(@Nullable Json value) {
        return value instanceof Json.Text text ? text.value() : null;
    }

    private static @Nullable String text(Group group, String attribute) {
        return group.attributes().get(attribute) instanceof Attribute.Text text ? text.value() : null;
    }
}

package dev.hourglass.hdf5;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A folder of an HDF5 file.
 *
 * @param attributes in the file's order
 * @param children groups and data sets in the file's order, by names that have no slash
 */
public record Group(Map<String, Attribute> attributes, Map<String, Node> children) implements Node {
    public Group {
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
        children = Collections.unmodifiableMap(new LinkedHashMap<>(children));
    }

    /** What lies at a path such as {@code layers/conv2d/vars/0}, seen from this group; empty if nothing does. */
    public Optional<Node> find(String path) {
        int slash = path.indexOf('/');
        if (slash < 0) {
            return Optional.ofNullable(children.get(path));
        }
        return children.get(path.substring(0, slash)) instanceof Group group
                ? group.find(path.substring(slash + 1))
                : Optional.empty();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Puts a tree of groups together, from the top down. */
    public static final class Builder {
        private final Map<String, Attribute> attributes = new LinkedHashMap<>();
        private final Map<String, Builder> groups = new LinkedHashMap<>();
        /** A group's place is held by null until it is built. */
        private final Map<String, Optional<Dataset>> children = new LinkedHashMap<>();

        private Builder() {}

        public Builder attribute(String name, Attribute value) {
            attributes.put(name, value);
            return this;
        }

        /**
         * The group at a path such as {@code layers/conv2d/vars}, with those above it; made where it doesn't exist yet.
         *
         * @throws IllegalArgumentException if a data set has one of the names
         */
        public Builder group(String path) {
            Builder group = this;
            for (String name : path.split("/", -1)) {
                group = group.child(name);
            }
            return group;
        }

        /**
         * Adds a data set at a path such as {@code vars/0}, with the groups above it.
         *
         * @throws IllegalArgumentException if the name is taken
         */
        public Builder dataset(String path, Dataset dataset) {
            int slash = path.lastIndexOf('/');
            Builder group = slash < 0 ? this : group(path.substring(0, slash));
            String name = checkName(path.substring(slash + 1));
            if (group.children.putIfAbsent(name, Optional.of(dataset)) != null) {
                throw new IllegalArgumentException("'" + path + "' is there already");
            }
            return this;
        }

        public Group build() {
            Map<String, Node> built = new LinkedHashMap<>();
            children.forEach((name, dataset) ->
                    built.put(name, dataset.<Node>map(node -> node).orElseGet(() -> built(name))));
            return new Group(attributes, built);
        }

        private Group built(String name) {
            return groups.getOrDefault(name, new Builder()).build();
        }

        private Builder child(String name) {
            Optional<Dataset> there = children.putIfAbsent(checkName(name), Optional.empty());
            if (there != null && there.isPresent()) {
                throw new IllegalArgumentException("'" + name + "' is a data set, expected a group");
            }
            return groups.computeIfAbsent(name, ignored -> new Builder());
        }

        private static String checkName(String name) {
            if (name.isEmpty() || name.equals(".")) {
                throw new IllegalArgumentException("a name in HDF5 must have letters, got '" + name + "'");
            }
            return name;
        }
    }
}

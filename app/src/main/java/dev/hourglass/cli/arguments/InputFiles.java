package dev.hourglass.cli.arguments;

import dev.hourglass.cli.CommandException;
import dev.hourglass.data.DataSources;
import dev.hourglass.data.files.ArrayFile;
import dev.hourglass.files.Spelling;
import dev.hourglass.model.Graph;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where each input of a model that has several finds its samples. */
final class InputFiles {
    private InputFiles() {}

    /**
     * @param text such as {@code pixels=images.npy,kinds=kinds.npy}; a comma that no name follows belongs to a file
     * @return by input
     * @throws CommandException if an input is unknown, named twice or missing
     */
    static Map<String, String> parse(String text, List<Graph.Input> inputs) {
        List<String> names = inputs.stream().map(Graph.Input::name).toList();
        Map<String, String> files = new LinkedHashMap<>();
        for (String part : parts(text)) {
            int equals = part.indexOf('=');
            String name = part.substring(0, Math.max(0, equals));
            if (!names.contains(name)) {
                throw new CommandException("--data names the input '" + (equals < 0 ? part : name)
                        + "', but the model's are " + names + "." + Spelling.hint(name, names));
            }
            if (files.put(name, part.substring(equals + 1)) != null) {
                throw new CommandException("--data names the input '" + name + "' twice. Give each a file once.");
            }
        }
        List<String> missing =
                names.stream().filter(name -> !files.containsKey(name)).toList();
        if (!missing.isEmpty()) {
            throw new CommandException("--data has no file for " + missing + "; give each of " + names + " one, as in "
                    + String.join(
                            ",", names.stream().map(name -> name + "=FILE").toList()) + ".");
        }
        return files;
    }

    private static List<String> parts(String text) {
        List<String> parts = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            if (part.contains("=") || parts.isEmpty()) {
                parts.add(part);
            } else {
                parts.set(parts.size() - 1, parts.getLast() + "," + part);
            }
        }
        return parts;
    }

    /** Whether a source is a file of arrays with one of each input's name. */
    static boolean hasArrays(String source, List<Graph.Input> inputs) {
        Path file;
        try {
            file = Path.of(source);
        } catch (InvalidPathException e) {
            return false;
        }
        if (!Files.isRegularFile(file)) {
            return false;
        }
        List<String> there = DataSources.arrays(file)
                .map(arrays ->
                        arrays.entries().stream().map(ArrayFile.Entry::name).toList())
                .orElse(List.of());
        return there.containsAll(inputs.stream().map(Graph.Input::name).toList());
    }
}

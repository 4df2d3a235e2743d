package dev.hourglass.server;

import dev.hourglass.server.http.Answers;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Addresses of the libraries' modules. Modules import each other by name ({@code from "lit"}), which a browser follows
 * through an import map in the page; that would be an inline script, which the pages' policy forbids. So names become
 * addresses when a module is served. What stands for what, the libraries' jars say in META-INF/importmap.json.
 */
final class ImportMap {
    /** Where libraries are served: {@code /vendor/lit/index.js}. */
    static final String LIBRARIES = "/vendor/";

    /** What an address in a jar's map begins with: {@code /_static/lit/3.3.3/}. */
    private static final Pattern FOLDER = Pattern.compile("^/_static/([^/]+)/[^/]+/");
    /** All of ECharts in one file instead of some hundred modules. */
    private static final Map<String, String> BUNDLES = Map.of("echarts", LIBRARIES + "echarts/dist/echarts.esm.min.js");

    private static final Pattern IMPORT =
            Pattern.compile("((?:\\bfrom|\\bimport)\\s*\\(?\\s*)([\"'])([@A-Za-z][^\"'\\s]*)\\2");

    private final Map<String, String> addresses;
    private final Map<String, String> folders;

    private ImportMap(Map<String, String> addresses, Map<String, String> folders) {
        this.addresses = addresses;
        this.folders = folders;
    }

    /** What the jars on the class path say. */
    static ImportMap ofClassPath() {
        Map<String, String> addresses = new TreeMap<>(Comparator.reverseOrder()); // the longest prefix first
        Map<String, String> folders = new HashMap<>();
        try {
            for (URL map : Collections.list(ImportMap.class.getClassLoader().getResources("META-INF/importmap.json"))) {
                try (InputStream in = map.openStream()) {
                    for (Map.Entry<String, JsonNode> entry :
                            Answers.JSON.readTree(in).path("imports").properties()) {
                        String inJar = entry.getValue().asString();
                        Matcher folder = FOLDER.matcher(inJar);
                        if (folder.find()) {
                            folders.put(folder.group(1), "/META-INF/resources" + folder.group());
                            addresses.put(
                                    entry.getKey(), LIBRARIES + folder.group(1) + "/" + inJar.substring(folder.end()));
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The libraries' import maps cannot be read", e);
        }
        addresses.putAll(BUNDLES);
        return new ImportMap(addresses, folders);
    }

    /** The resource behind an address, less {@link #LIBRARIES}; empty if it is in no library's folder. */
    Optional<String> resource(String path) {
        int slash = path.indexOf('/');
        String folder = slash < 0 ? null : folders.get(path.substring(0, slash));
        return Optional.ofNullable(folder).map(found -> found + path.substring(slash + 1));
    }

    /** The address of a module that is imported by name; empty for one that is not a library's. */
    Optional<String> address(String name) {
        for (Map.Entry<String, String> entry : addresses.entrySet()) {
            String key = entry.getKey();
            if (name.equals(key)) {
                return Optional.of(entry.getValue());
            }
            if (key.endsWith("/") && name.startsWith(key)) {
                return Optional.of(entry.getValue() + name.substring(key.length()));
            }
        }
        return Optional.empty();
    }

    /** A module with the names of libraries replaced by their addresses. */
    String resolve(String module) {
        Matcher imports = IMPORT.matcher(module);
        return imports.replaceAll(found -> Matcher.quoteReplacement(address(found.group(3))
                .map(address -> found.group(1) + found.group(2) + address + found.group(2))
                .orElse(found.group())));
    }
}

package dev.hourglass.lab.recipe;

import dev.hourglass.data.files.ArrayPath;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the files that a recipe names are looked for.
 *
 * @param path null for where the process runs
 * @param confined whether they must lie there, since a stranger wrote the recipe
 */
record RecipeFolder(@Nullable Path path, boolean confined) {
    /** Of a text that lies nowhere. */
    static final RecipeFolder NONE = new RecipeFolder(null, false);

    static RecipeFolder of(@Nullable Path folder) {
        return new RecipeFolder(folder, false);
    }

    static RecipeFolder confinedTo(Path folder) {
        return new RecipeFolder(folder, true);
    }

    /** Whether the recipe is a file. */
    boolean isOfFile() {
        return path != null && !confined;
    }

    /** Whether it may be asked what is there. */
    boolean isKnown() {
        return path != null;
    }

    /** @throws RecipeException if it lies elsewhere and must not */
    Path resolve(String text, Place place) {
        if (path == null) {
            return Path.of(text);
        }
        if (!confined) {
            return path.resolve(text);
        }
        Path found = path.resolve(text).normalize();
        if (!found.startsWith(path) || found.equals(path)) {
            throw place.error("expected the name of data that were brought to this server, found something else."
                    + " Bring the file or folder first.");
        }
        Path file = ArrayPath.of(found).map(ArrayPath::file).orElse(found);
        boolean there = Files.exists(file, LinkOption.NOFOLLOW_LINKS);
        for (Path at = file; at != null && !at.equals(path); at = at.getParent()) {
            there &= !Files.isSymbolicLink(at);
        }
        if (!there) {
            throw place.error("expected data that were brought to this server, found none of this name."
                    + " Bring the file or folder first.");
        }
        return found;
    }
}

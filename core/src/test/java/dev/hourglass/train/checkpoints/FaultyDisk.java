package dev.hourglass.train.checkpoints;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A folder whose writes, forces and moves are counted, and one of which fails: with an error, after which all goes on, or
 * because the power is gone. Then only what was forced is there after {@link #restart}.
 */
final class FaultyDisk extends FileSystemProvider {
    /** The power is gone; the process with it. */
    static final class PowerLoss extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** What of the names in the folder reached the disk before its force: any of them may, or none. */
    enum Names {
        AS_FORCED,
        AS_SEEN
    }

    /** A file's content on the disk; what was not forced is not there. */
    private static final class Inode {
        private byte[] durable = {};
    }

    private final Path root;
    private final FileSystem files;
    private final Map<Path, Inode> seen = new HashMap<>();
    private final Map<Path, Inode> durable = new HashMap<>();
    private final List<String> log = new ArrayList<>();
    private int failAt;
    private @Nullable String error;
    private boolean dead;

    /** @param root a folder that exists */
    FaultyDisk(Path root) {
        this.root = root;
        files = new OneFolder();
    }

    Path root() {
        return wrap(root);
    }

    /** The operation of this number, from 1, fails once. */
    void failAt(int operation, String reason) {
        failAt = operation;
        error = reason;
    }

    void losePowerAt(int operation) {
        failAt = operation;
    }

    /** What was done so far. */
    List<String> log() {
        return log;
    }

    /** Leaves in the real folder what a disk would hold after the power failed. */
    void restart(Names names) throws IOException {
        Map<Path, Inode> left = names == Names.AS_FORCED ? durable : seen;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(root)) {
            for (Path file : all) {
                Files.delete(file);
            }
        }
        for (Map.Entry<Path, Inode> entry : left.entrySet()) {
            Files.write(entry.getKey(), entry.getValue().durable);
        }
    }

    private void operation(String what) throws IOException {
        if (dead) {
            throw new PowerLoss();
        }
        log.add(what);
        if (log.size() == failAt) {
            if (error != null) {
                throw new FileSystemException(root.toString(), null, error);
            }
            dead = true;
            throw new PowerLoss();
        }
    }

    // --- paths: the real ones, which know this provider ---

    private Path wrap(Path real) {
        return proxy(Path.class, (self, method, arguments) -> switch (method.getName()) {
            case "getFileSystem" -> files;
            case "toString" -> real.toString();
            case "hashCode" -> real.hashCode();
            case "equals" -> arguments[0] instanceof Path other && real.equals(unwrap(other));
            case "compareTo" -> real.compareTo(unwrap((Path) arguments[0]));
            case "toFile" -> throw new UnsupportedOperationException();
            default -> {
                Object[] unwrapped = arguments == null ? new Object[0] : arguments.clone();
                for (int i = 0; i < unwrapped.length; i++) {
                    unwrapped[i] = unwrapped[i] instanceof Path path ? unwrap(path) : unwrapped[i];
                }
                Object result = call(real, method, unwrapped);
                yield result instanceof Path path ? wrap(path) : result;
            }
        });
    }

    private static Path unwrap(Path path) {
        return path.getFileSystem().provider() instanceof FaultyDisk ? Path.of(path.toString()) : path;
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static @Nullable Object call(Object target, Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw Objects.requireNonNull(e.getCause());
        }
    }

    private final class OneFolder extends FileSystem {
        @Override
        public FileSystemProvider provider() {
            return FaultyDisk.this;
        }

        @Override
        public Path getPath(String first, String... more) {
            return wrap(Path.of(first, more));
        }

        @Override
        public void close() {}

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public boolean isReadOnly() {
            return false;
        }

        @Override
        public String getSeparator() {
            return root.getFileSystem().getSeparator();
        }

        @Override
        public Iterable<Path> getRootDirectories() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Iterable<FileStore> getFileStores() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Set<String> supportedFileAttributeViews() {
            return root.getFileSystem().supportedFileAttributeViews();
        }

        @Override
        public PathMatcher getPathMatcher(String pattern) {
            PathMatcher matcher = root.getFileSystem().getPathMatcher(pattern);
            return path -> matcher.matches(unwrap(path));
        }

        @Override
        public UserPrincipalLookupService getUserPrincipalLookupService() {
            throw new UnsupportedOperationException();
        }

        @Override
        public WatchService newWatchService() {
            throw new UnsupportedOperationException();
        }
    }

    // --- what changes the disk ---

    @Override
    public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        Path real = unwrap(path);
        FileChannel channel = FileChannel.open(real, options, attributes);
        if (Files.isDirectory(real)) {
            return new Watched(channel, () -> {
                operation("force folder");
                durable.clear();
                durable.putAll(seen);
            });
        }
        Inode inode = seen.computeIfAbsent(real, file -> new Inode());
        return new Watched(channel, () -> {
            operation("force"); // of this disk, which is all that counts here; the real one need not wait for it
            inode.durable = Files.readAllBytes(real);
        });
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
        operation("move");
        Files.move(unwrap(source), unwrap(target), options);
        seen.put(unwrap(target), Objects.requireNonNull(seen.remove(unwrap(source))));
    }

    @Override
    public void delete(Path path) throws IOException {
        operation("delete");
        Files.delete(unwrap(path));
        seen.remove(unwrap(path));
    }

    @Override
    public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
        Files.createDirectory(unwrap(folder), attributes);
    }

    @FunctionalInterface
    private interface Force {
        void run() throws IOException;
    }

    /** A channel whose writes and forces are counted. */
    private final class Watched extends FileChannel {
        private final FileChannel real;
        private final Force force;

        Watched(FileChannel real, Force force) {
            this.real = real;
            this.force = force;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            operation("write");
            return real.write(bytes);
        }

        @Override
        public void force(boolean metadata) throws IOException {
            force.run();
        }

        @Override
        protected void implCloseChannel() throws IOException {
            real.close();
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            return real.read(into);
        }

        @Override
        public long read(ByteBuffer[] into, int offset, int length) throws IOException {
            return real.read(into, offset, length);
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            return real.read(into, position);
        }

        @Override
        public long write(ByteBuffer[] bytes, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int write(ByteBuffer bytes, long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long position() throws IOException {
            return real.position();
        }

        @Override
        public FileChannel position(long position) throws IOException {
            real.position(position);
            return this;
        }

        @Override
        public long size() throws IOException {
            return real.size();
        }

        @Override
        public FileChannel truncate(long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long transferFrom(ReadableByteChannel source, long position, long count) {
            throw new UnsupportedOperationException();
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileLock lock(long position, long size, boolean shared) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) {
            throw new UnsupportedOperationException();
        }
    }

    // --- what only looks ---

    @Override
    public DirectoryStream<Path> newDirectoryStream(Path folder, DirectoryStream.Filter<? super Path> filter)
            throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(unwrap(folder))) {
            for (Path file : all) {
                Path wrapped = wrap(file);
                if (filter.accept(wrapped)) {
                    found.add(wrapped);
                }
            }
        }
        return new DirectoryStream<>() {
            @Override
            public Iterator<Path> iterator() {
                return found.iterator();
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public SeekableByteChannel newByteChannel(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
        return Files.newByteChannel(unwrap(path), options, attributes);
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
        unwrap(path).getFileSystem().provider().checkAccess(unwrap(path), modes);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
            throws IOException {
        return Files.readAttributes(unwrap(path), type, options);
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) throws IOException {
        return Files.readAttributes(unwrap(path), attributes, options);
    }

    @Override
    public <V extends FileAttributeView> @Nullable V getFileAttributeView(
            Path path, Class<V> type, LinkOption... options) {
        return Files.getFileAttributeView(unwrap(path), type, options);
    }

    @Override
    public boolean isSameFile(Path one, Path other) throws IOException {
        return Files.isSameFile(unwrap(one), unwrap(other));
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
        return Files.isHidden(unwrap(path));
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
        return Files.getFileStore(unwrap(path));
    }

    // --- what nobody calls ---

    @Override
    public String getScheme() {
        return "faulty";
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Path getPath(URI uri) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options) {
        throw new UnsupportedOperationException();
    }
}

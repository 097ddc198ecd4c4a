package dev.perdure.onnx;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The native library, unpacked once for all processes. By itself ONNX Runtime unpacks it anew for every process, which takes
 * longer than all else about a start, and a process that is killed leaves its 28 MB in the folder for temporary files.
 */
final class OnnxLibrary {
    /** Where ONNX Runtime finds its library, if somebody says so. */
    static final String PATH = "onnxruntime.native.path";

    private static final String RESOURCES = "/ai/onnxruntime/native/";

    private OnnxLibrary() {}

    /**
     * Makes ONNX Runtime find its library in the user's cache, unpacked before if need be. Where that is not possible ONNX
     * Runtime does it its own way, and so it does when somebody has said where the library is.
     */
    static void place() {
        String home = System.getProperty("user.home", "");
        if (System.getProperty(PATH) != null || home.isEmpty()) {
            return;
        }
        Optional<String> version =
                Optional.ofNullable(OrtEnvironment.class.getPackage().getImplementationVersion());
        Path folder = Path.of(home, ".cache", "perdure", "onnxruntime-" + version.orElse("unknown") + "-" + platform());
        try {
            unpack(folder, OnnxLibrary::resource);
            System.setProperty(PATH, folder.toString());
        } catch (IOException _) {
            // no such cache: a slower start, and nothing else
        }
    }

    private static Optional<URL> resource(String file) {
        return Optional.ofNullable(OrtEnvironment.class.getResource(RESOURCES + platform() + "/" + file));
    }

    /** Returns what ONNX Runtime calls this system and processor, such as {@code linux-x64}. */
    static String platform() {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String processor = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        String family = system.contains("mac") ? "osx" : system.contains("win") ? "win" : "linux";
        return family + "-" + (processor.equals("amd64") || processor.equals("x86_64") ? "x64" : processor);
    }

    /**
     * Makes sure that the library lies in a folder, whole. Several processes may do so at once: each file appears in one
     * moment.
     *
     * @param resources gives a file of the library
     * @throws IOException if there is none for this platform, or the folder cannot be written
     */
    static void unpack(Path folder, Function<String, Optional<URL>> resources) throws IOException {
        Files.createDirectories(folder);
        for (String file : files()) {
            URL from = resources.apply(file).orElseThrow(() -> new IOException("no " + file));
            unpack(from, folder.resolve(file));
        }
    }

    static List<String> files() {
        return Stream.of("onnxruntime", "onnxruntime4j_jni")
                .map(name -> System.mapLibraryName(name).replace("jnilib", "dylib"))
                .toList();
    }

    private static void unpack(URL from, Path to) throws IOException {
        URLConnection connection = from.openConnection();
        try (InputStream in = connection.getInputStream()) {
            if (Files.exists(to) && Files.size(to) == connection.getContentLengthLong()) {
                return;
            }
            Path part = Files.createTempFile(to.getParent(), to.getFileName() + ".", ".part");
            try {
                try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
                    in.transferTo(Channels.newOutputStream(channel));
                    channel.force(true);
                }
                Files.move(part, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(part);
            }
        }
    }
}

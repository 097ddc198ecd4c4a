package dev.perdure.torch;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** What to say when there is no libtorch for this machine. */
final class Natives {
    static final List<String> PLATFORMS = List.of("linux-x86_64", "macosx-arm64");

    private Natives() {}

    /**
     * Returns what keeps libtorch from being loaded, if anything can be seen beforehand.
     *
     * @param platform JavaCPP's name of the system and processor, such as {@code linux-x86_64}
     * @param onClassPath whether the class path has a resource
     */
    static Optional<String> problem(String platform, Predicate<String> onClassPath) {
        if (!PLATFORMS.contains(platform)) {
            return Optional.of(
                    "platform: %s (expected: one of %s). libtorch is not built for this one: run on another machine."
                            .formatted(platform, String.join(", ", PLATFORMS)));
        }
        String library = "org/bytedeco/pytorch/%s/%s".formatted(platform, fileName(platform));
        return onClassPath.test(library)
                ? Optional.empty()
                : Optional.of(
                        ("platform: %s, but its native library %s is not on the class path (expected: the artifact"
                                        + " org.bytedeco:pytorch with the classifier %s, and likewise openblas and javacpp). Add them.")
                                .formatted(platform, library, platform));
    }

    /** Says that the library is there and yet does not load. */
    static String unloadable(String platform, LinkageError error) {
        Throwable root = error;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return ("libtorch for %s does not load: %s. Give the user a writable home folder with 1 GB free, to which the library"
                        + " is unpacked (or name another with -Dorg.bytedeco.javacpp.cachedir=FOLDER), and on Linux install"
                        + " libgomp.")
                .formatted(platform, Libtorch.oneLine(root));
    }

    private static String fileName(String platform) {
        return platform.startsWith("macosx") ? "libtorch_cpu.dylib" : "libtorch_cpu.so";
    }
}

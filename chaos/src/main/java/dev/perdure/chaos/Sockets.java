package dev.perdure.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The sockets of this process, on Linux. */
@SuppressWarnings("restricted")
final class Sockets {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final int BOTH_WAYS = 2;
    private static final int SOL_SOCKET = 1;
    private static final int SO_ACCEPTCONN = 30;
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle SHUTDOWN = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("shutdown"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final MethodHandle OPTION = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("getsockopt"),
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.ADDRESS));

    private Sockets() {}

    /** Ends all connections of this process, both ways, whatever is on its way; sockets that listen go on. */
    static void shutDownAll() {
        try (Stream<Path> files = Files.list(DESCRIPTORS)) {
            for (Path file : files.filter(Sockets::isSocket).toList()) {
                shutDown(Integer.parseInt(file.getFileName().toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSocket(Path file) {
        try {
            return Files.readSymbolicLink(file).toString().startsWith("socket:");
        } catch (NoSuchFileException _) { // the one that lists them
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void shutDown(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment listens = arena.allocate(ValueLayout.JAVA_INT);
            MemorySegment size = arena.allocateFrom(ValueLayout.JAVA_INT, Integer.BYTES);
            int asked = (int) OPTION.invokeExact(descriptor, SOL_SOCKET, SO_ACCEPTCONN, listens, size);
            if (asked == 0 && listens.get(ValueLayout.JAVA_INT, 0) == 0) {
                int done = (int) SHUTDOWN.invokeExact(descriptor, BOTH_WAYS);
                assert done <= 0;
            }
        } catch (Throwable e) {
            throw new IllegalStateException("shutdown(%d)".formatted(descriptor), e);
        }
    }
}

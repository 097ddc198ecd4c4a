package dev.perdure.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A listening socket on 127.0.0.1, as a file descriptor that a native library can be given. Left to itself c10d's store
 * listens on all interfaces, and Java does not tell the descriptors of its own sockets.
 */
final class LoopbackListener implements AutoCloseable {
    private static final int INET = 2;
    private static final int STREAM = 1;
    private static final int BACKLOG = 128;
    private static final int ADDRESS_BYTES = 16;
    private static final ValueLayout.OfShort PORT = JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final int descriptor;
    private final int port;
    private boolean handedOver;

    private LoopbackListener(int descriptor, int port) {
        this.descriptor = descriptor;
        this.port = port;
    }

    /** Listens on a free port. */
    static LoopbackListener open() throws IOException {
        int descriptor = call("socket", INET, STREAM, 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(ADDRESS_BYTES, 8);
            // Linux has the family in two bytes; BSD's sockets, those of macOS, have the length in the first of them.
            boolean bsd = !System.getProperty("os.name").equals("Linux");
            address.set(JAVA_BYTE, 0, (byte) (bsd ? ADDRESS_BYTES : INET));
            address.set(JAVA_BYTE, 1, (byte) (bsd ? INET : 0));
            address.asSlice(4, 4).copyFrom(MemorySegment.ofArray(new byte[] {127, 0, 0, 1}));
            call("bind", descriptor, address, ADDRESS_BYTES);
            call("listen", descriptor, BACKLOG);
            MemorySegment length = arena.allocateFrom(JAVA_INT, ADDRESS_BYTES);
            call("getsockname", descriptor, address, length);
            return new LoopbackListener(descriptor, Short.toUnsignedInt(address.get(PORT, 2)));
        }
    }

    int descriptor() {
        return descriptor;
    }

    int port() {
        return port;
    }

    /** Says that somebody else closes the socket from now on. */
    void handOver() {
        handedOver = true;
    }

    @Override
    public void close() throws IOException {
        if (!handedOver) {
            handedOver = true;
            call("close", descriptor);
        }
    }

    @SuppressWarnings("restricted") // nothing else reaches a function of a C library
    private static int call(String name, Object... arguments) throws IOException {
        var layouts = new MemoryLayout[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            layouts[i] = arguments[i] instanceof Integer ? JAVA_INT : ADDRESS;
        }
        Linker linker = Linker.nativeLinker();
        int answer;
        try {
            answer = (int) linker.downcallHandle(
                            linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(JAVA_INT, layouts))
                    .invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new IllegalStateException(name + " does not answer", e);
        }
        if (answer < 0) {
            throw new IOException("%s on 127.0.0.1 failed".formatted(name));
        }
        return answer;
    }
}

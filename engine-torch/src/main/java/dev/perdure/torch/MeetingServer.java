package dev.perdure.torch;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.IntOptional;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;

/**
 * A process at which groups meet: the server of c10d's TCPStore, on the loopback interface. It must outlive all meetings,
 * so it is no worker; what was said at it is gone with it, while groups that have met do not need it any more.
 *
 * <p>Prints {@code meeting point tcp:127.0.0.1:PORT/}, to which each meeting adds a prefix of its own, and ends when its
 * standard input does.
 */
public final class MeetingServer {
    private MeetingServer() {}

    /** Serves until standard input ends. */
    public static void main(String[] arguments) throws Exception {
        Libtorch.load();
        Loader.load(org.bytedeco.pytorch.presets.torch_gloo.class);
        try (LoopbackListener listener = LoopbackListener.open()) {
            var options = new TCPStoreOptions();
            options.isServer(true);
            options.waitWorkers(false);
            options.port((short) listener.port());
            options.masterListenFd(new IntOptional(listener.descriptor()));
            options.useLibUV(true);
            try (var store = new TCPStore("127.0.0.1", options)) {
                listener.handOver();
                System.out.println("meeting point tcp:127.0.0.1:%d/".formatted(Short.toUnsignedInt(store.getPort())));
                while (System.in.read() >= 0) {
                    // Whatever is said here means only that somebody is there.
                }
            }
        }
    }
}

package dev.perdure.cli;

import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipEdge;
import dev.perdure.replica.LoadRefusedException;
import dev.perdure.replica.ReplicaServer;
import dev.perdure.replica.ReplicaSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import org.slf4j.LoggerFactory;

/**
 * How a replica that knows nothing yet comes to answer.
 *
 * @param bundles that it loads
 * @param addresses where it listens, its own first
 */
record ReplicaStart(
        ReplicaServer replica,
        List<String> bundles,
        List<OipAddress> addresses,
        OipEdge edge,
        ReplicaSettings settings) {

    /** Opens models and listens at the same time. Returns where it listens, as was asked. */
    List<OipAddress> atOnce() throws IOException, LoadRefusedException {
        CompletableFuture<List<OipAddress>> listening = CompletableFuture.supplyAsync(this::listen);
        try {
            for (String bundle : bundles) {
                replica.load(bundle, Optional.empty());
            }
        } finally {
            boolean _ = listening.handle((_, _) -> true).join(); // nothing listens after it is closed
        }
        return joined(listening);
    }

    /** All that takes long is done with what others leave. Threads that will answer are started by this one, which is as others are. */
    List<OipAddress> meekly() throws Exception {
        Leftovers.compile();
        Future<Boolean> rehearsed = Leftovers.begin(this::rehearseListening);
        Future<List<ReplicaServer.Opened>> opened = Leftovers.begin(this::opened);
        boolean _ = Leftovers.ended(rehearsed);
        for (ReplicaServer.Opened model : Leftovers.ended(opened)) {
            model.answer();
        }
        return listen();
    }

    private List<ReplicaServer.Opened> opened() throws LoadRefusedException {
        var opened = new ArrayList<ReplicaServer.Opened>();
        for (String bundle : bundles) {
            opened.add(replica.open(bundle, Optional.empty()));
        }
        return opened;
    }

    /** Returns whether it could be done; without it the start disturbs others more. */
    private boolean rehearseListening() {
        OipAddress beside = addresses.getFirst() instanceof OipAddress.Unix(Path path)
                ? new OipAddress.Unix(path.resolveSibling(path.getFileName() + "0"))
                : new OipAddress.Tcp("127.0.0.1", 0);
        try {
            ReplicaServer.rehearseListening(beside, settings);
            return true;
        } catch (IOException e) {
            LoggerFactory.getLogger(ReplicaStart.class).debug("not rehearsed: {}", e.toString());
            return false;
        }
    }

    /** Returns where it listens, as was asked: one behind {@code --offer} last. */
    private List<OipAddress> listen() {
        try {
            List<OipAddress> at = replica.listen(addresses, edge);
            return addresses.getFirst() instanceof OipAddress.Tcp || at.getFirst() instanceof OipAddress.Unix
                    ? at
                    : at.reversed();
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    private static List<OipAddress> joined(CompletableFuture<List<OipAddress>> listening) throws IOException {
        try {
            return listening.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            throw e;
        }
    }
}

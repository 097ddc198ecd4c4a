package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.linecorp.armeria.common.TlsProvider;
import dev.perdure.oip.OipAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Where replicas live.
 *
 * @param others where {@code perdure host} listens
 * @param isHere whether on this host too
 * @param tls what others are shown, and must show; absent when nothing is encrypted
 * @param calm see {@link PlacedReplicas}
 */
record Hosts(List<OipAddress.Tcp> others, boolean isHere, Optional<TlsProvider> tls, Duration calm) {
    /** Here, and nowhere else. */
    static final Hosts NONE = new Hosts(List.of(), true, Optional.empty(), Duration.ofSeconds(10));

    private static final String OWNER = "owner";

    Hosts {
        others = List.copyOf(others);
    }

    /**
     * Begins to ask others. What this gateway is called there lies in its folder, so that its next life is called so
     * too; by each name of a host it is called otherwise, since whatever one does not know there it ends.
     *
     * @param own starts replicas here
     */
    PlacedReplicas around(LocalReplicas own, Path folder, Consumer<String> say) throws IOException {
        var places = new ArrayList<ReplicaPlace>();
        if (isHere) {
            places.add(own);
        }
        String owner = others.isEmpty() ? "" : owner(folder.resolve(OWNER));
        others.forEach(
                address -> places.add(new RemoteReplicas(address, tls, "%s at %s".formatted(owner, address), say)));
        return new PlacedReplicas(places, calm, say);
    }

    private static String owner(Path file) throws IOException {
        try {
            String known = Files.readString(file, UTF_8).strip();
            if (!known.isEmpty()) {
                return known;
            }
        } catch (NoSuchFileException _) {
            // this is its first life
        }
        String owner = UUID.randomUUID().toString();
        Files.writeString(file, owner, UTF_8);
        return owner;
    }
}

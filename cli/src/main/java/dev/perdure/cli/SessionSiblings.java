package dev.perdure.cli;

import dev.perdure.gateway.Siblings;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.PageClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The other gateways of a session, found by its folder and asked at their own sockets, which only this user's processes reach.
 *
 * @param own the number of the one that asks
 */
record SessionSiblings(ServeFolder folder, int own) implements Siblings {
    private static final Logger LOG = LoggerFactory.getLogger(SessionSiblings.class);
    private static final Duration WITHIN = Duration.ofSeconds(5);

    @Override
    public List<Sibling> others() {
        try {
            return folder.gateways().stream()
                    .filter(number -> number != own)
                    .filter(number -> ServedProcess.read(folder.gatewayPid(number))
                            .filter(ServedProcess::isAlive)
                            .isPresent())
                    .map(number -> sibling(folder.gatewaySocket(number)))
                    .toList();
        } catch (IOException e) {
            LOG.warn("{}: other gateways are not found: {}", folder.path(), e.toString());
            return List.of();
        }
    }

    private static Sibling sibling(OipAddress at) {
        return (ModelId model, String report) ->
                PageClient.post(at, List.of("v2", "models", model.name(), "outcomes"), report, WITHIN);
    }
}

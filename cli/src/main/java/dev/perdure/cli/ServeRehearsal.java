package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.gateway.ServedVersion;
import dev.perdure.oip.Deadline;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipClient;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Asks a gateway everything once, over REST and gRPC, so that what it needs for that is in the archive of classes. */
final class ServeRehearsal {
    private static final Duration WITHIN = Duration.ofSeconds(30);

    private ServeRehearsal() {}

    static void ask(List<OipAddress> addresses, List<ServedVersion> versions) throws IOException {
        try (var client = new OipClient(addresses.getLast())) {
            for (ServedVersion version : versions) {
                client.infer(Rehearsal.zeros(client.metadata(version.id(), WITHIN), version.id()), Deadline.in(WITHIN))
                        .join()
                        .orThrow();
                Optional<String> body = ExampleRequest.of(version);
                if (body.isPresent()) {
                    post(
                            "http://%s/v2/models/%s/infer"
                                    .formatted(
                                            addresses.getFirst(), version.id().name()),
                            body.get());
                }
            }
        }
    }

    private static void post(String url, String body) throws IOException {
        var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
        connection.setDoOutput(true);
        connection.getOutputStream().write(body.getBytes(UTF_8));
        if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
            throw new IOException("%s: %d (expected: 200)".formatted(url, connection.getResponseCode()));
        }
    }
}

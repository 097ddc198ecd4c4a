package dev.perdure.oip;

import com.linecorp.armeria.client.Endpoint;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.SessionProtocol;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;

/** Asks for {@link Page}s of another server. */
public final class PageClient {
    private PageClient() {}

    /**
     * Sends JSON, and returns the answer, whatever its status. Blocks.
     *
     * @param path its parts, not encoded
     * @throws IOException if there is no answer within the time
     */
    public static String post(OipAddress address, List<String> path, String json, Duration within) throws IOException {
        Endpoint endpoint = Connection.endpoint(address);
        try {
            AggregatedHttpResponse response = WebClient.builder(SessionProtocol.H2C, endpoint)
                    .responseTimeout(within)
                    .maxResponseLength(OipLimits.DEFAULT.bodyBytesMax())
                    .build()
                    .execute(
                            HttpRequest.of(HttpMethod.POST, encoded(path), MediaType.JSON_UTF_8, HttpData.ofUtf8(json)))
                    .aggregate()
                    .join();
            return response.contentUtf8();
        } catch (CompletionException e) {
            throw new IOException("%s: no answer: %s".formatted(address, e.getCause()), e);
        }
    }

    private static String encoded(List<String> path) {
        var text = new StringBuilder();
        for (String part : path) {
            text.append('/')
                    .append(URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"));
        }
        return text.toString();
    }
}

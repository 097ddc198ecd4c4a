package dev.perdure.oip;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pages beside the protocol are answered at their paths, and take nothing from it. */
@Timeout(60)
class PagesTest {
    private final HttpClient client = HttpClient.newHttpClient();
    private OipServer server;

    @BeforeEach
    void serve() throws IOException {
        server = new OipServer(
                SampleModels.service(),
                OipServerSettings.DEFAULT,
                List.of(new OipAddress.Tcp("127.0.0.1", 0)),
                List.of(
                        new Page("GET", "/v2/models/{model}/news", asked -> Page.Answer.json("[1]")),
                        new Page("POST", "/v2/models/{model}/news", PagesTest::echo),
                        new Page("GET", "/numbers", _ -> Page.Answer.text(200, "text/plain; charset=utf-8", "a 1\n"))));
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private static Page.Answer echo(Page.Asked asked) {
        String body = new String(asked.body().toArray(ValueLayout.JAVA_BYTE), UTF_8);
        if (body.isEmpty()) {
            throw new OipException(OipError.INVALID, "body: empty (expected: something)");
        }
        return Page.Answer.text(201, "text/plain", asked.part("model") + " " + body);
    }

    private HttpRequest.Builder at(String path) {
        return HttpRequest.newBuilder(
                URI.create("http://%s%s".formatted(server.addresses().getFirst(), path)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    @Test
    void aPageIsAnsweredByItsMethodWithThePartsOfItsPath() throws Exception {
        assertThat(send(at("/v2/models/any/news")).body()).isEqualTo("[1]");
        HttpResponse<String> posted = send(at("/v2/models/a%20b/news").POST(BodyPublishers.ofString("body")));
        assertThat(posted.statusCode()).isEqualTo(201);
        assertThat(posted.body()).isEqualTo("a b body");
        HttpResponse<String> numbers = send(at("/numbers"));
        assertThat(numbers.headers().firstValue("content-type")).contains("text/plain; charset=utf-8");
        assertThat(numbers.body()).isEqualTo("a 1\n");
    }

    @Test
    void whatAPageRefusesIsToldAsTheProtocolDoes() throws Exception {
        HttpResponse<String> refused = send(at("/v2/models/any/news").POST(BodyPublishers.noBody()));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).isEqualTo("{\"error\":\"body: empty (expected: something)\"}");
        HttpResponse<String> method = send(at("/v2/models/any/news").DELETE());
        assertThat(method.statusCode()).isEqualTo(405);
        assertThat(method.body()).contains("DELETE (expected: GET or POST)");
    }

    @Test
    void aCompressedBodyArrivesAsItWas() throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write("small".getBytes(UTF_8));
        }
        HttpResponse<String> posted = send(at("/v2/models/m/news")
                .header("content-encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(bytes.toByteArray())));
        assertThat(posted.body()).isEqualTo("m small");
    }

    @Test
    void theProtocolsOwnPathsAreAnsweredAsBefore() throws Exception {
        assertThat(send(at("/v2")).body()).contains("\"extensions\"");
        assertThat(send(at("/v2/health/live")).statusCode()).isEqualTo(200);
        assertThat(send(at("/v2/models/any/nothing")).statusCode()).isEqualTo(404);
    }
}

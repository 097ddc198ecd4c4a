package dev.perdure.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.format.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Speaks the Open Inference Protocol over HTTP as its clients do: without a Content-Type, and by bytes. */
public final class OipHttp {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String JSON_BYTES = "Inference-Header-Content-Length";

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final URI server;

    /** Speaks with the server at {@code http://host:port}. */
    public OipHttp(URI server) {
        this.server = server;
    }

    /**
     * What a server answered.
     *
     * @param jsonBytes how much of the body is JSON; absent when all of it is
     */
    public record Answer(int status, Optional<Integer> jsonBytes, Map<String, List<String>> headers, byte[] body) {

        /** Returns the JSON: objects as maps, lists as lists. */
        public Object json() throws IOException {
            byte[] text = Arrays.copyOf(body, jsonBytes.orElse(body.length));
            Json json = Json.open(Json.decode(text));
            Object value = json.any();
            json.end();
            return value;
        }

        /** Returns the JSON, which is an object. */
        @SuppressWarnings("unchecked") // what Json.any promises
        public Map<String, Object> object() throws IOException {
            return (Map<String, Object>) json();
        }

        /** Returns the member {@code error}. */
        public String error() throws IOException {
            return String.valueOf(object().get("error"));
        }

        /** Returns what follows the JSON. */
        public byte[] binary() {
            return Arrays.copyOfRange(body, jsonBytes.orElse(body.length), body.length);
        }

        /** Returns one of the outputs. */
        @SuppressWarnings("unchecked") // what Json.any promises
        public Map<String, Object> output(int index) throws IOException {
            return ((List<Map<String, Object>>) Json.required(object().get("outputs"), "outputs")).get(index);
        }

        /** Returns the text of a header; absent when it is not there. */
        public Optional<String> header(String name) {
            return headers.entrySet().stream()
                    .filter(header -> header.getKey().equalsIgnoreCase(name))
                    .map(header -> header.getValue().getFirst())
                    .findFirst();
        }
    }

    public Answer get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(server.resolve(path)).GET());
    }

    /** Sends a body with headers, given as name, value, name, value. */
    public Answer post(String path, byte[] body, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(server.resolve(path)).POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    public Answer post(String path, String body, String... headers) throws IOException, InterruptedException {
        return post(path, body.getBytes(UTF_8), headers);
    }

    /** Sends JSON with binary data after it. */
    public Answer binary(String path, String json, byte[]... parts) throws IOException, InterruptedException {
        var body = new ByteArrayOutputStream();
        byte[] text = json.getBytes(UTF_8);
        body.writeBytes(text);
        for (byte[] part : parts) {
            body.writeBytes(part);
        }
        return post(path, body.toByteArray(), JSON_BYTES, Integer.toString(text.length));
    }

    private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<byte[]> response =
                CLIENT.send(request.timeout(LONG).build(), HttpResponse.BodyHandlers.ofByteArray());
        return new Answer(
                response.statusCode(),
                response.headers().firstValue(JSON_BYTES).map(Integer::valueOf),
                response.headers().map(),
                response.body());
    }
}

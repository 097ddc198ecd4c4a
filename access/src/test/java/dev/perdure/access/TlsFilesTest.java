package dev.perdure.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.perdure.core.BadSettingException;
import dev.perdure.oip.MemoryModels;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipEdge;
import dev.perdure.oip.OipServer;
import dev.perdure.oip.OipServerSettings;
import dev.perdure.oip.SampleModels;
import dev.perdure.oip.ServerMetadata;
import dev.perdure.testkit.Certificates;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is said to a server stays between the two, also while its certificate is replaced. */
@Timeout(120)
class TlsFilesTest {
    private static final Duration EVERY = Duration.ofMillis(20);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Certificates.Pair NONE = new Certificates.Pair(Path.of(""), Path.of(""), newStore());
    private static final String INFER = "/v2/models/echo_FP32/infer";
    private static final String BODY =
            "{\"inputs\":[{\"name\":\"x\",\"shape\":[2],\"datatype\":\"FP32\",\"data\":[1,2]}]}";

    @TempDir
    static Path made = Path.of("");

    private static Certificates.Pair first = NONE;
    private static Certificates.Pair second = NONE;
    private static Certificates.Pair old = NONE;
    private static Certificates.Pair friend = NONE;

    @TempDir
    Path folder;

    private final List<AutoCloseable> toClose = new ArrayList<>();
    private final Queue<String> heard = new ConcurrentLinkedQueue<>();
    private final Queue<String> clients = new ConcurrentLinkedQueue<>();
    private Path certificate = Path.of("");
    private Path key = Path.of("");

    private static KeyStore newStore() {
        try {
            return KeyStore.getInstance("PKCS12");
        } catch (KeyStoreException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeAll
    static void make() throws IOException {
        first = Certificates.make(made, "first", 30);
        second = Certificates.make(made, "second", 60);
        old = Certificates.expired(made, "old");
        friend = Certificates.make(made, "friend", 30);
    }

    @BeforeEach
    void place() throws IOException {
        certificate = folder.resolve("server.crt");
        key = folder.resolve("server.key");
        first.replace(certificate, key);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : toClose.reversed()) {
            each.close();
        }
    }

    private TlsFiles files(Optional<Path> authorities) {
        var files = new TlsFiles(
                certificate,
                key,
                authorities,
                (what, isTaken, words) -> heard.add((isTaken ? "taken: " : "kept: ") + words),
                EVERY,
                Clock.systemUTC());
        toClose.add(files);
        return files;
    }

    private OipAddress serve(Optional<Path> authorities) throws IOException {
        TlsFiles files = files(authorities);
        var metadata = SampleModels.service().metadata(ModelId.of("echo_FP32"));
        var models = new MemoryModels(
                new ServerMetadata("test", "1", List.of()),
                List.of(new MemoryModels.Model(metadata, (request, call) -> {
                    clients.add(call.client().orElse("nobody"));
                    return List.of(request.inputs().getFirst().named("y"));
                })));
        var server = new OipServer(
                models,
                OipServerSettings.DEFAULT,
                List.of(new OipAddress.Tcp("127.0.0.1", 0)),
                List.of(),
                OipEdge.OPEN.over(new OipEdge.Tls(files, files.asksClients())).telling(_ -> {}));
        toClose.add(server);
        return server.addresses().getFirst();
    }

    private HttpClient client(Certificates.Pair believed, Certificates.Pair... own) throws IOException {
        HttpClient client = HttpClient.newBuilder()
                .sslContext(Certificates.client(believed, List.of(own)))
                .connectTimeout(LONG)
                .build();
        toClose.add(client);
        return client;
    }

    private static HttpResponse<String> infer(HttpClient client, OipAddress at) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("https://%s%s".formatted(at, INFER)))
                .POST(HttpRequest.BodyPublishers.ofString(BODY));
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static boolean passes(HttpClient client, OipAddress at) throws Exception {
        try {
            return infer(client, at).statusCode() == 200;
        } catch (IOException _) {
            return false;
        }
    }

    @Test
    void restAndGrpcAreSpokenOverTlsAndNothingElseIs() throws Exception {
        OipAddress at = serve(Optional.empty());
        HttpResponse<String> answer = infer(client(first), at);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
        var call = HttpRequest.newBuilder(
                        URI.create("https://%s/inference.GRPCInferenceService/ServerLive".formatted(at)))
                .header("content-type", "application/grpc")
                .header("te", "trailers")
                .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[5]));
        byte[] live = client(first)
                .send(call.build(), HttpResponse.BodyHandlers.ofByteArray())
                .body();
        assertThat(live).containsExactly(0, 0, 0, 0, 2, 8, 1);
        assertThat(passes(client(second), at))
                .as("a client that believes another")
                .isFalse();
        try (HttpClient plain = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://%s/v2".formatted(at)));
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> plain.send(request.build(), HttpResponse.BodyHandlers.discarding()));
        }
    }

    @Test
    void aNewCertificateIsForNewConnectionsAndBreaksNoOldOne() throws Exception {
        OipAddress at = serve(Optional.empty());
        HttpClient early = client(first);
        assertThat(infer(early, at).statusCode()).isEqualTo(200);
        second.replace(certificate, key);
        await().atMost(LONG).until(() -> passes(client(second), at));
        assertThat(heard).last().asString().startsWith("taken: CN=second, until ");
        assertThat(passes(client(first), at)).as("a new connection").isFalse();
        for (int i = 0; i < 20; i++) {
            assertThat(infer(early, at).statusCode())
                    .as("the connection that was there, which could not be made anew")
                    .isEqualTo(200);
        }
    }

    @Test
    void whatCannotBeUsedIsNotTakenAndWhatWasBeforeIsKept() throws Exception {
        OipAddress at = serve(Optional.empty());
        old.replace(certificate, key);
        await().atMost(LONG).until(() -> !heard.isEmpty());
        assertThat(heard).last().asString().contains("kept: ", "CN=old holds from ", " Use a newer one");
        Files.writeString(certificate, "no certificate");
        await().atMost(LONG)
                .until(() -> heard.stream()
                        .anyMatch(words -> words.contains("server.crt: not certificates")
                                || words.contains("server.crt: no certificate")));
        assertThat(passes(client(first), at)).isTrue();
        second.replace(certificate, key);
        await().atMost(LONG).until(() -> passes(client(second), at));
    }

    @Test
    void whatCannotBeUsedIsRefusedAtFirst() throws IOException {
        old.replace(certificate, key);
        refused("CN=old holds from ");
        first.replace(certificate, key);
        Files.copy(second.key(), key, StandardCopyOption.REPLACE_EXISTING);
        refused("server.key: the key of another certificate (expected: that of ");
        Files.writeString(key, "-----BEGIN ENCRYPTED PRIVATE KEY-----\n");
        refused("no -----BEGIN PRIVATE KEY----- (expected: PKCS#8, not encrypted)");
        Files.delete(key);
        refused("server.key: cannot be read: NoSuchFileException");
    }

    private void refused(String why) {
        assertThatExceptionOfType(BadSettingException.class)
                .isThrownBy(() -> files(Optional.empty()))
                .withMessageContaining(why);
    }

    @Test
    void clientsMustShowACertificateThatIsKnownAndAreCalledByIt() throws Exception {
        Path authorities = folder.resolve("clients.crt");
        Files.copy(friend.certificate(), authorities);
        OipAddress at = serve(Optional.of(authorities));
        assertThat(passes(client(first, friend), at)).isTrue();
        assertThat(clients).containsExactly("friend");
        assertThat(passes(client(first), at)).as("none").isFalse();
        assertThat(passes(client(first, second), at)).as("a stranger's").isFalse();
        Files.writeString(authorities, Files.readString(second.certificate()));
        await().atMost(LONG).until(() -> passes(client(first, second), at));
        assertThat(passes(client(first, friend), at))
                .as("who is a friend no more")
                .isFalse();
    }
}

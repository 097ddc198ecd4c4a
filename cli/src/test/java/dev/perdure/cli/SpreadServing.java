package dev.perdure.cli;

import static org.awaitility.Awaitility.await;

import com.linecorp.armeria.common.TlsProvider;
import dev.perdure.benchmarks.OpenLoad;
import dev.perdure.model.Trust;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipClient;
import dev.perdure.oip.OipServerSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A gateway in this process whose replicas live on several hosts, and a load on it whose right answers are known. */
final class SpreadServing implements AutoCloseable {
    static final ModelId MODEL = ModelId.of("linear");
    private static final Duration START = Duration.ofMinutes(4);
    private static final Duration CALM = Duration.ofSeconds(1);

    private final LinearModel model;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final ServeSession session;
    private final OipClient client;

    SpreadServing(LinearModel model, Path models, int replicas, List<OipAddress.Tcp> others, boolean isHere)
            throws IOException {
        this(model, models, replicas, new Hosts(others, isHere, Optional.empty(), CALM));
    }

    SpreadServing(LinearModel model, Path models, int replicas, OipAddress.Tcp other, TlsProvider tls)
            throws IOException {
        this(model, models, replicas, new Hosts(List.of(other), true, Optional.of(tls), CALM));
    }

    private SpreadServing(LinearModel model, Path models, int replicas, Hosts hosts) throws IOException {
        this.model = model;
        this.session = new ServeSession(
                ModelFolder.read(models, Trust.anybody()),
                Served.by(replicas),
                Served.program(),
                hosts,
                new ServeTelling(new PrintStream(said, true, StandardCharsets.UTF_8)));
        this.client = new OipClient(
                session.listen(Served.anywhere(2), OipServerSettings.DEFAULT).getLast());
    }

    int inUse() {
        return session.gateway().inUse(MODEL);
    }

    void awaitInUse(int replicas) {
        await().atMost(START).until(() -> inUse() == replicas);
    }

    /** Returns the replicas that live on the gateway's own host. */
    List<ServedProcess> here() throws IOException {
        return ServeFolder.replicas(session.folder()).stream()
                .filter(ServedProcess::isAlive)
                .toList();
    }

    /** Asks so many times, and returns what came of it. */
    OpenLoad.LoadReport load(int requests, double perSecond) throws InterruptedException {
        OpenLoad.LoadReport report = new OpenLoad(
                        client,
                        new OpenLoad.Options(requests, perSecond, Served.LONG, Duration.ofSeconds(15)),
                        number -> LinearModel.request(MODEL, LinearModel.input(number)),
                        model::wrong)
                .run();
        System.out.println(report);
        return report;
    }

    String said() {
        return said.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        client.close();
        session.close();
    }
}

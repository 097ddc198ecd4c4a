package dev.perdure.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.linecorp.armeria.common.TlsProvider;
import dev.perdure.benchmarks.OpenLoad;
import dev.perdure.model.Trust;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipClient;
import dev.perdure.oip.OipClientSettings;
import dev.perdure.oip.OipLimits;
import dev.perdure.oip.OipServerSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** A gateway in this process whose replicas live on several hosts, and a load on it whose right answers are known. */
final class SpreadServing implements AutoCloseable {
    static final ModelId MODEL = ModelId.of("linear");
    private static final Duration START = Duration.ofMinutes(4);
    private static final Duration CALM = Duration.ofSeconds(1);
    /** It is the other end of this very process. */
    private static final OipClientSettings NEVER_SILENT =
            new OipClientSettings(OipLimits.DEFAULT, Served.LONG, Duration.ZERO);

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
                session.listen(Served.anywhere(2), OipServerSettings.DEFAULT).getLast(), NEVER_SILENT, () -> {});
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

    /** A load that goes on until it is told to end. */
    final class Asking {
        private final OpenLoad load;
        private final FutureTask<OpenLoad.LoadReport> running;

        private Asking(OpenLoad load) {
            this.load = load;
            this.running = new FutureTask<>(load::run);
            Thread.ofPlatform().name("asks").start(running);
        }

        /** Ends it, and asserts that every request was answered rightly. */
        void endsWell() throws Exception {
            load.stop();
            assertWell(running.get(START.toSeconds(), TimeUnit.SECONDS));
        }
    }

    /** Begins to ask so many times a second, whatever happens. */
    Asking ask(double perSecond) {
        return new Asking(asked(Integer.MAX_VALUE, perSecond));
    }

    /** Asks so many times, and asserts that every request was answered rightly. */
    void assertAnswers(int requests) throws InterruptedException {
        assertWell(asked(requests, 25).run());
    }

    private void assertWell(OpenLoad.LoadReport report) {
        System.out.println(report);
        assertThat(report.failed() + report.wrong() + report.unheard())
                .as("%s%n%s", report, said())
                .isZero();
        assertThat(report.degraded()).as("%s", report).isEmpty();
        assertThat(report.right() + report.late()).as("%s", report).isPositive();
    }

    private OpenLoad asked(int requests, double perSecond) {
        return new OpenLoad(
                client,
                new OpenLoad.Options(requests, perSecond, Served.LONG, Duration.ofSeconds(30)),
                number -> LinearModel.request(MODEL, LinearModel.input(number)),
                model::wrong);
    }

    /** Waits until so many replicas live here and so many on another host, and all are in use. */
    void awaitSpread(KeptHost host, int here, int there) {
        await().atMost(START).untilAsserted(() -> {
            assertThat(here()).as(said()).hasSize(here);
            assertThat(host.replicas()).as(said() + host.said()).hasSize(there);
            assertThat(inUse()).as(said()).isEqualTo(here + there);
        });
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

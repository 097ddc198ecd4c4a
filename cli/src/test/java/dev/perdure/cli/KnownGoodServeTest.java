package dev.perdure.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.perdure.gateway.Safeguards;
import dev.perdure.gateway.ServedVersion;
import dev.perdure.model.Fallback;
import dev.perdure.model.Trust;
import dev.perdure.oip.Deadline;
import dev.perdure.oip.InferResponse;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipClient;
import dev.perdure.oip.OipServerSettings;
import dev.perdure.oip.Parameter;
import dev.perdure.recall.Recall;
import dev.perdure.testkit.ToClose;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes: when every replica is gone for good, what was known is answered, also by whoever serves next. */
class KnownGoodServeTest {
    private static final ModelId MODEL = ModelId.of("linear");
    private static final LinearModel LINEAR = new LinearModel("linear", "1", 0.5f);
    private static final Duration LONG = Served.LONG;

    @TempDir
    Path models;

    @AutoClose
    private final ToClose toClose = new ToClose();

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final AtomicBoolean isOver = new AtomicBoolean();

    /** Starts replicas until there are to be no more. */
    private LocalReplicas.Program program() {
        LocalReplicas.Program real = Served.program();
        return (address, bundle, options, log) -> {
            if (isOver.get()) {
                throw new IOException("no more processes");
            }
            return real.start(address, bundle, options, log);
        };
    }

    /** What is served, and the answers that are kept. */
    private record Serving(ServeSession session, Recall recall, OipAddress at) {
        InferResponse ask(float... x) throws Exception {
            try (var client = new OipClient(at)) {
                return client.infer(LinearModel.request(MODEL, x), Deadline.in(LONG))
                        .get()
                        .orThrow();
            }
        }
    }

    /** Serves as the command does whose options nobody has set. */
    private Serving serve() throws IOException {
        List<ServedVersion> versions = ModelFolder.read(models, Trust.anybody());
        var telling = new ServeTelling(new PrintStream(said, true, StandardCharsets.UTF_8));
        Safeguards safeguards =
                new SafeguardOptions().safeguards(models, versions, InstantSource.system(), telling::say);
        toClose.add(safeguards.recall());
        ServeSession session =
                toClose.add(new ServeSession(versions, Served.by(2).with(safeguards), program(), telling));
        OipAddress at =
                session.listen(Served.anywhere(1), OipServerSettings.DEFAULT).getFirst();
        return new Serving(session, safeguards.recall(), at);
    }

    private static String said(InferResponse response, String parameter) {
        return response.parameters().get(parameter) instanceof Parameter.Text(String text) ? text : "";
    }

    @Test
    void whatWasAnsweredIsKnownWhenAllReplicasAreKilledAndAfterARestart() throws Exception {
        var outputs = new LinkedHashMap<String, List<Double>>();
        outputs.put("y", List.of(-1.0, -2.0));
        LINEAR.write(models, Optional.of(new Fallback("the usual", outputs)));
        Serving first = serve();
        await().atMost(LONG).until(() -> first.session().gateway().inUse(MODEL) == 2);
        assertThat(said(first.ask(8, 1), "perdure_tier")).isEqualTo("model");
        await().atMost(LONG).until(() -> first.recall().counts().written() > 0);
        isOver.set(true);
        Served.processes(first.session()).forEach(ProcessHandle::destroyForcibly);
        await().atMost(LONG).until(() -> first.session().gateway().inUse(MODEL) == 0);
        assertKnown(first.ask(8, 1));
        InferResponse mixed = first.ask(8, 1, 9, 1);
        assertThat(LinearModel.values(mixed)).containsExactly(9.5f, 7.5f, -1f, -2f);
        assertThat(said(mixed, "perdure_tiers")).isEqualTo("known-good,rule");
        assertThat(said(mixed, "perdure_reason")).contains("no replica of linear/1 answered", "the usual");
        toClose.close();

        Serving second = serve();
        await().atMost(LONG).until(() -> second.recall().counts().kept() == 1);
        assertKnown(second.ask(8, 1));
        assertThat(said(second.ask(9, 1), "perdure_tier")).isEqualTo("rule");
        assertThat(models.resolve(".perdure/known-good.db")).isRegularFile();
        assertThat(ModelFolder.read(models, Trust.anybody())).hasSize(1);
        assertThat(said.toString(StandardCharsets.UTF_8)).doesNotContain("known answers:");
    }

    private static void assertKnown(InferResponse response) {
        assertThat(LinearModel.values(response)).containsExactly(9.5f, 7.5f);
        assertThat(said(response, "perdure_tier")).isEqualTo("known-good");
        assertThat(said(response, "perdure_reason"))
                .contains("no replica of linear/1 answered; this is what it answered to the same input ");
    }
}

package dev.perdure.replica;

import static dev.perdure.replica.Rig.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.perdure.core.Shape;
import dev.perdure.oip.Deadline;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.InferResponse;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import dev.perdure.oip.Outcome;
import dev.perdure.oip.Parameter;
import dev.perdure.oip.Tensor;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A replica over a real socket, with a real engine. */
class ReplicaServerTest {
    private static final Network ONE = new Network(1);
    private static final Network TWO = new Network(2);
    private static final ModelId V1 = ModelId.of("net", "1");
    private static final ModelId V2 = ModelId.of("net", "2");
    private static final ModelId ANY = ModelId.of("net");

    @TempDir
    Path folder;

    private Rig rig() throws IOException {
        return new Rig(folder, ReplicaSettings.DEFAULT, ReplicaProbe.NONE);
    }

    private String bundle(Network network, String version) throws IOException {
        Path place = folder.resolve("bundle-" + version);
        network.write(place, "net", version);
        return place.toString();
    }

    @Test
    void manyAtOnceGetTheRightAnswersEachItsOwn() throws Exception {
        try (Rig rig = rig()) {
            rig.client.load(bundle(ONE, "1"), Optional.empty(), LONG);
            var asked = new ArrayList<CompletableFuture<Outcome>>();
            for (int i = 0; i < 600; i++) {
                asked.add(rig.client.infer(Rig.request(V1, Network.inputs(i, 1 + i % 5)), Deadline.in(LONG)));
            }
            for (int i = 0; i < 600; i++) {
                Rig.assertRight(ONE, Network.inputs(i, 1 + i % 5), asked.get(i).join());
            }
            ModelState state = rig.replica.heartbeat().model(V1).orElseThrow();
            assertThat(state.taken()).isEqualTo(600);
            assertThat(state.answered()).isEqualTo(600);
            assertThat(state.samples()).isEqualTo(1800);
            assertThat(state.batches()).as("some were computed together").isLessThan(600);
            assertThat(state.underWay()).isZero();
        }
    }

    private static InferRequest askingForInner(Parameter how, float... inputs) {
        return new InferRequest(
                V1, "", Map.of("perdure_inner", how), Rig.request(V1, inputs).inputs(), List.of());
    }

    private static double length(double[] row) {
        return Math.sqrt(Arrays.stream(row).map(value -> value * value).sum());
    }

    @Test
    void whoeverAsksForTheInnerLayerGetsDistancesAndNobodyElseSeesIt() throws Exception {
        Path place = folder.resolve("with-inner");
        ONE.writeWithInner(place, "net", "1", "perdure_inner");
        try (Rig rig = rig()) {
            rig.client.load(place.toString(), Optional.empty(), LONG);
            float[] inputs = Network.inputs(5, 3);
            InferResponse plain = rig.ask(V1, inputs).orThrow();
            assertThat(plain.outputs()).extracting(Tensor::name).containsExactly("y");
            var asked = new ArrayList<CompletableFuture<Outcome>>();
            for (int i = 0; i < 200; i++) {
                asked.add(rig.client.infer(
                        askingForInner(Parameter.of(i % 2 == 0), Network.inputs(i, 1 + i % 3)), Deadline.in(LONG)));
            }
            for (int i = 0; i < 200; i++) {
                Outcome outcome = asked.get(i).join();
                float[] given = Network.inputs(i, 1 + i % 3);
                Rig.assertRight(ONE, given, outcome);
                Tensor inner = outcome.orThrow().outputs().getLast();
                assertThat(inner.name()).isEqualTo("perdure_inner");
                int columns = i % 2 == 0 ? 17 : 1;
                assertThat(inner.shape()).isEqualTo(Shape.of(1 + i % 3, columns));
                for (int item = 0; item < 1 + i % 3; item++) {
                    double[] hidden = ONE.hidden(Arrays.copyOfRange(given, item * 4, item * 4 + 4));
                    float[] row = Arrays.copyOfRange(
                            inner.data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED),
                            item * columns,
                            (item + 1) * columns);
                    assertThat((double) row[0]).isCloseTo(length(hidden), within(1e-4));
                    for (int n = 1; n < columns; n++) {
                        assertThat((double) row[n]).isCloseTo(hidden[n - 1], within(1e-4));
                    }
                }
            }
        }
    }

    @Test
    void aBundleWithoutAnInnerLayerIsAskedForItInVain() throws Exception {
        try (Rig rig = rig()) {
            rig.client.load(bundle(ONE, "1"), Optional.empty(), LONG);
            InferResponse response = rig.client
                    .infer(askingForInner(Parameter.of(true), Network.inputs(5, 1)), Deadline.in(LONG))
                    .join()
                    .orThrow();
            assertThat(response.outputs()).extracting(Tensor::name).containsExactly("y");
        }
    }

    @Test
    void aBundleWhoseFileDoesNotGiveTheInnerLayerItSpeaksOfIsRefused() throws Exception {
        Path place = folder.resolve("other-inner");
        ONE.writeWithInner(place, "net", "1", "another");
        try (Rig rig = rig()) {
            assertThatExceptionOfType(LoadRefusedException.class)
                    .isThrownBy(() -> rig.client.load(place.toString(), Optional.empty(), LONG))
                    .withMessageContaining("output 'another' is not there (expected: F32 [samples, 16]");
        }
    }

    @Test
    void versionsAreLoadedAndUnloadedUnderTrafficAndNothingFails() throws Exception {
        try (Rig rig = rig()) {
            rig.client.load(bundle(ONE, "1"), Optional.empty(), LONG);
            String second = bundle(TWO, "2");
            var stop = new AtomicBoolean();
            var answered = new AtomicInteger();
            List<CompletableFuture<Void>> askers = new ArrayList<>();
            for (int asker = 0; asker < 4; asker++) {
                int seed = asker;
                askers.add(CompletableFuture.runAsync(
                        () -> askUntil(stop, answered, rig, seed), Thread::startVirtualThread));
            }
            for (int round = 0; round < 5; round++) {
                int before = answered.get();
                await().until(() -> answered.get() > before + 20);
                rig.client.load(second, Optional.empty(), LONG);
                assertThat(rig.client.unload(V1, LONG)).isTrue();
                rig.client.load(folder.resolve("bundle-1").toString(), Optional.empty(), LONG);
                assertThat(rig.client.unload(V2, LONG)).isTrue();
            }
            stop.set(true);
            askers.forEach(CompletableFuture::join);
            assertThat(rig.client.unload(V2, LONG))
                    .as("it is not there any more")
                    .isFalse();
        }
    }

    /** Asks whichever version there is, and knows by the answer's version what is right. */
    private static void askUntil(AtomicBoolean stop, AtomicInteger answered, Rig rig, int seed) {
        for (int i = 0; !stop.get(); i++) {
            float[] inputs = Network.inputs(seed * 100_000L + i, 2);
            Outcome outcome = rig.ask(ANY, inputs);
            boolean first = outcome.orThrow().model().equals(V1);
            Rig.assertRight(first ? ONE : TWO, inputs, outcome);
            answered.incrementAndGet();
        }
    }

    @Test
    void unloadingAnswersWhatIsInAndRefusesWhatComes() throws Exception {
        var gate = new Gate();
        try (Rig rig = new Rig(folder, ReplicaSettings.DEFAULT, gate)) {
            rig.client.load(bundle(ONE, "1"), Optional.empty(), LONG);
            gate.shut();
            float[] inputs = Network.inputs(5, 1);
            var inEngine = rig.client.infer(Rig.request(V1, inputs), Deadline.in(LONG));
            var waiting = rig.client.infer(Rig.request(V1, inputs), Deadline.in(LONG));
            await().until(() -> rig.replica.heartbeat().model(V1).orElseThrow().taken() == 2);
            var unloaded = CompletableFuture.supplyAsync(() -> rig.client.unload(V1, LONG), Thread::startVirtualThread);
            await().until(() -> rig.replica.heartbeat().model(V1).orElseThrow().unloading());
            assertThat(refusal(rig.ask(V1, inputs)).error()).isEqualTo(OipError.UNAVAILABLE);
            assertThat(unloaded).isNotDone();
            gate.open();
            Rig.assertRight(ONE, inputs, inEngine.join());
            Rig.assertRight(ONE, inputs, waiting.join());
            assertThat(unloaded.join()).isTrue();
            assertThat(refusal(rig.ask(V1, inputs)).error()).isEqualTo(OipError.NOT_FOUND);
        }
    }

    private static OipException refusal(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Refused.class);
        return ((Outcome.Refused) outcome).why();
    }

    @Test
    void drainingAnswersWhatIsUnderWayAndTellsThoseWhoWatchThatItEnds() throws Exception {
        var gate = new Gate();
        var heard = new Heard();
        try (Rig rig = new Rig(folder, ReplicaSettings.DEFAULT, gate)) {
            rig.client.load(bundle(ONE, "1"), Optional.empty(), LONG);
            rig.client.watch(heard);
            await().until(() -> heard.last().isPresent());
            gate.shut();
            float[] inputs = Network.inputs(5, 1);
            var inEngine = rig.client.infer(Rig.request(V1, inputs), Deadline.in(LONG));
            await().until(() -> rig.replica.heartbeat().model(V1).orElseThrow().computing() == 1);
            rig.client.drain(LONG);
            assertThat(rig.replica.told().join()).isEqualTo("told to drain");
            var closed = CompletableFuture.runAsync(rig.replica::close, Thread::startVirtualThread);
            assertThat(refusal(rig.ask(V1, inputs)).error()).isEqualTo(OipError.UNAVAILABLE);
            await().until(() -> heard.last().filter(Heartbeat::draining).isPresent());
            gate.open();
            Rig.assertRight(ONE, inputs, inEngine.join());
            closed.join();
            assertThat(heard.lost().join()).isEqualTo("it said that it ends");
            assertThat(folder.resolve("s")).doesNotExist();
        }
    }

    @Test
    void aRequestThatIsLateIsNotComputed() throws Exception {
        var gate = new Gate();
        try (Rig rig = new Rig(folder, ReplicaSettings.DEFAULT, gate)) {
            rig.client.load(bundle(ONE, "1"), Optional.empty(), LONG);
            gate.shut();
            float[] inputs = Network.inputs(5, 1);
            var first = rig.client.infer(Rig.request(V1, inputs), Deadline.in(LONG));
            await().until(() -> rig.replica.heartbeat().model(V1).orElseThrow().computing() == 1);
            assertThat(rig.client
                            .infer(Rig.request(V1, inputs), Deadline.in(Duration.ofMillis(50)))
                            .join())
                    .isInstanceOf(Outcome.Late.class);
            await().until(() -> rig.replica.heartbeat().model(V1).orElseThrow().late() == 1);
            assertThat(rig.replica.heartbeat().model(V1).orElseThrow().queued()).isZero();
            gate.open();
            Rig.assertRight(ONE, inputs, first.join());
            Rig.assertRight(ONE, inputs, rig.ask(V1, inputs));
            assertThat(rig.replica.heartbeat().model(V1).orElseThrow().samples())
                    .isEqualTo(2);
        }
    }

    @Test
    void aFullQueueTurnsAwayAndWhoIsInIsAnswered() throws Exception {
        var gate = new Gate();
        var settings = ReplicaSettings.DEFAULT.with(new BatchLimits(8, Duration.ZERO, 3));
        try (Rig rig = new Rig(folder, settings, gate)) {
            rig.client.load(bundle(ONE, "1"), Optional.empty(), LONG);
            gate.shut();
            float[] inputs = Network.inputs(5, 1);
            var asked = new ArrayList<CompletableFuture<Outcome>>();
            asked.add(rig.client.infer(Rig.request(V1, inputs), Deadline.in(LONG)));
            await().until(() -> rig.replica.heartbeat().model(V1).orElseThrow().computing() == 1);
            for (int i = 0; i < 3; i++) {
                asked.add(rig.client.infer(Rig.request(V1, inputs), Deadline.in(LONG)));
            }
            await().until(() -> rig.replica.heartbeat().model(V1).orElseThrow().queued() == 3);
            OipException away = refusal(rig.ask(V1, inputs));
            assertThat(away.error()).isEqualTo(OipError.OVERLOADED);
            assertThat(away.retryAfter()).isPresent();
            gate.open();
            for (CompletableFuture<Outcome> each : asked) {
                Rig.assertRight(ONE, inputs, each.join());
            }
            assertThat(rig.replica.heartbeat().model(V1).orElseThrow().turnedAway())
                    .isEqualTo(1);
        }
    }

    /** The engine throws for every batch with one sample of a certain value in it. */
    @Test
    void whatTheEngineCannotComputeFailsAlone() throws Exception {
        var gate = new Gate();
        gate.poison = 666;
        try (Rig rig = new Rig(folder, ReplicaSettings.DEFAULT, gate)) {
            rig.client.load(bundle(ONE, "1"), Optional.empty(), LONG);
            gate.shut();
            var first = rig.client.infer(Rig.request(V1, Network.inputs(0, 1)), Deadline.in(LONG));
            await().until(() -> rig.replica.heartbeat().model(V1).orElseThrow().computing() == 1);
            var asked = new ArrayList<CompletableFuture<Outcome>>();
            for (int i = 0; i < 9; i++) {
                float[] inputs = i == 4 ? new float[] {0, 666, 0, 0} : Network.inputs(i, 1);
                asked.add(rig.client.infer(Rig.request(V1, inputs), Deadline.in(LONG)));
            }
            await().until(() -> rig.replica.heartbeat().model(V1).orElseThrow().queued() == 9);
            gate.open();
            first.join().orThrow();
            for (int i = 0; i < 9; i++) {
                if (i == 4) {
                    assertThat(refusal(asked.get(i).join()).error()).isEqualTo(OipError.INTERNAL);
                } else {
                    Rig.assertRight(ONE, Network.inputs(i, 1), asked.get(i).join());
                }
            }
            assertThat(rig.replica.heartbeat().model(V1).orElseThrow().failed()).isEqualTo(1);
        }
    }

    @Test
    void numbersThatAreNoneAreCountedAndTold() throws Exception {
        try (Rig rig = rig()) {
            rig.client.load(bundle(ONE, "1"), Optional.empty(), LONG);
            Outcome outcome = rig.ask(V1, Float.NaN, 0, 0, 0);
            assertThat(outcome.orThrow().parameters()).containsKey("perdure_non_finite");
            assertThat(rig.ask(V1, 1, 0, 0, 0).orThrow().parameters()).isEmpty();
            assertThat(rig.replica.heartbeat().model(V1).orElseThrow().nonFinite())
                    .isEqualTo(1);
        }
    }

    @Test
    void wrongRequestsAreRefusedInWords() throws Exception {
        try (Rig rig = rig()) {
            rig.client.load(bundle(ONE, "1"), Optional.empty(), LONG);
            assertThat(refusal(ask(rig, Tensor.of("z", Shape.of(1, 4), 1f, 2f, 3f, 4f)))
                            .reason())
                    .contains("'z'", "expected");
            assertThat(refusal(ask(rig, Tensor.of("x", Shape.of(1, 3), 1f, 2f, 3f)))
                            .reason())
                    .contains("[1, 3]", "expected: [-1, 4]");
            assertThat(refusal(ask(rig, Tensor.of("x", Shape.of(0, 4), new float[0])))
                            .reason())
                    .contains("0 samples", "at least 1");
            assertThat(refusal(rig.ask(ModelId.of("other"), 1, 2, 3, 4)).error())
                    .isEqualTo(OipError.NOT_FOUND);
        }
    }

    private static Outcome ask(Rig rig, Tensor input) {
        return rig.client
                .infer(new InferRequest(V1, List.of(input)), Deadline.in(LONG))
                .join();
    }

    @Test
    void aSocketThatSomebodyListensAtIsLeftAndAStaleOneReplaced() throws Exception {
        Path socket = folder.resolve("s");
        try (Rig rig = rig()) {
            try (var second = new ReplicaServer(
                    Rig.ONNX, dev.perdure.model.Trust.anybody(), ReplicaSettings.DEFAULT, ReplicaProbe.NONE)) {
                assertThatExceptionOfType(FileAlreadyExistsException.class)
                        .isThrownBy(() -> second.listen(new OipAddress.Unix(socket)))
                        .withMessageContaining("somebody listens");
            }
            assertThat(rig.client.protocol().live(LONG)).isTrue();
        }
        try (var left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            left.bind(UnixDomainSocketAddress.of(socket));
        }
        assertThat(socket).as("a socket of somebody who died").exists();
        try (Rig rig = rig()) {
            assertThat(rig.client.protocol().live(LONG)).isTrue();
        }
        Files.writeString(socket, "precious");
        assertThatExceptionOfType(FileAlreadyExistsException.class)
                .isThrownBy(this::rig)
                .withMessageContaining("no socket");
        assertThat(socket).hasContent("precious");
    }
}

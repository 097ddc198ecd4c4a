package dev.perdure.replica;

import static dev.perdure.replica.Rig.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.perdure.model.Trust;
import dev.perdure.oip.ModelId;
import dev.perdure.replica.LoadRefusedException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is loaded, what is refused, and what each refusal says. */
class LoadingTest {
    private static final Network NETWORK = new Network(1);
    private static final ModelId MODEL = ModelId.of("net", "1");

    @TempDir
    Path folder;

    private Path place = Path.of("");
    private String digest = "";

    @BeforeEach
    void writeBundle() throws IOException {
        place = folder.resolve("bundle");
        digest = NETWORK.write(place, "net", "1");
    }

    private Rig rig(Trust trust) throws IOException {
        return new Rig(folder, ReplicaSettings.DEFAULT, ReplicaProbe.NONE, trust);
    }

    private static LoadRefusedException refused(Rig rig, Path place, Optional<String> digest) {
        var refused =
                catchThrowableOfType(LoadRefusedException.class, () -> rig.client.load(place.toString(), digest, LONG));
        assertThat(rig.replica.heartbeat().loading()).isEmpty();
        return refused;
    }

    @Test
    void isKnownByItsDigestAndLoadingItAgainChangesNothing() throws Exception {
        try (Rig rig = rig(Trust.anybody())) {
            assertThat(rig.client.protocol().ready(LONG)).as("without a model").isFalse();
            ModelState state = rig.client.load(place.toString(), Optional.of(digest), LONG);
            assertThat(state.id()).isEqualTo(MODEL);
            assertThat(state.digest()).isEqualTo(digest);
            assertThat(state.framework()).startsWith("onnxruntime");
            assertThat(rig.client.protocol().ready(LONG)).isTrue();
            Rig.assertRight(NETWORK, Network.inputs(1, 1), rig.ask(MODEL, Network.inputs(1, 1)));
            assertThat(rig.client
                            .load(place.toString(), Optional.of(digest), LONG)
                            .taken())
                    .as("it is the one that was there")
                    .isEqualTo(1);
        }
    }

    @Test
    void whatNobodyVouchesForIsRefused() throws Exception {
        try (Rig rig = rig(Trust.only(List.of()))) {
            LoadRefusedException refused = refused(rig, place, Optional.empty());
            assertThat(refused.reason()).isEqualTo(Reason.UNTRUSTED);
            assertThat(refused).hasMessageContaining("not signed").hasMessageContaining("perdure bundle sign");
            assertThat(rig.replica.heartbeat().models()).isEmpty();
        }
    }

    @Test
    void everyAlteredOrCutFileIsRefused() throws Exception {
        List<Path> files;
        try (Stream<Path> all = Files.walk(place)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        assertThat(files).hasSizeGreaterThan(2);
        try (Rig rig = rig(Trust.anybody())) {
            for (Path file : files) {
                byte[] whole = Files.readAllBytes(file);
                byte[] altered = whole.clone();
                altered[altered.length / 2] ^= 1;
                Files.write(file, altered);
                assertThat(refused(rig, place, Optional.empty()).reason())
                        .as("%s", file)
                        .isEqualTo(Reason.DAMAGED);
                Files.write(file, java.util.Arrays.copyOf(whole, whole.length - 1));
                assertThat(refused(rig, place, Optional.empty()).reason())
                        .as("%s", file)
                        .isEqualTo(Reason.DAMAGED);
                Files.write(file, whole);
            }
            rig.client.load(place.toString(), Optional.empty(), LONG);
        }
    }

    @Test
    void anotherBundleThanTheExpectedOneIsRefused() throws Exception {
        try (Rig rig = rig(Trust.anybody())) {
            LoadRefusedException refused = refused(rig, place, Optional.of("ab".repeat(32)));
            assertThat(refused.reason()).isEqualTo(Reason.OTHER_BUNDLE);
            assertThat(refused).hasMessageContaining(digest);
            rig.client.load(place.toString(), Optional.of(digest), LONG);
            Path other = folder.resolve("other");
            new Network(2).write(other, "net", "1");
            assertThat(refused(rig, other, Optional.empty()).reason()).isEqualTo(Reason.ALREADY_LOADED);
            Rig.assertRight(NETWORK, Network.inputs(1, 1), rig.ask(MODEL, Network.inputs(1, 1)));
        }
    }

    @Test
    void aModelThatDoesNotGiveTheGoldenAnswersIsRefused() throws Exception {
        Path wrong = folder.resolve("wrong");
        NETWORK.writeWrong(wrong, "net", "2", 0.001f);
        Path unknown = folder.resolve("unknown");
        NETWORK.write(unknown, "net", "3", Optional.empty());
        try (Rig rig = rig(Trust.anybody())) {
            LoadRefusedException refused = refused(rig, wrong, Optional.empty());
            assertThat(refused.reason()).isEqualTo(Reason.WRONG_ANSWERS);
            assertThat(refused).hasMessageContaining("y[14]").hasMessageContaining("expected");
            assertThat(refused(rig, unknown, Optional.empty()).reason()).isEqualTo(Reason.WRONG_ANSWERS);
            assertThat(rig.replica.heartbeat().models()).isEmpty();
        }
    }

    @Test
    void nothingThereAndNoPlaceAtAllAreRefused() throws Exception {
        try (Rig rig = rig(Trust.anybody())) {
            assertThat(refused(rig, folder.resolve("nowhere"), Optional.empty()))
                    .hasMessageContaining("no bundle.json");
            assertThat(refused(rig, Path.of("nowhere:y"), Optional.empty()).reason())
                    .isEqualTo(Reason.UNUSABLE);
        }
    }

    @Test
    void aSlowLoadIsSeenAndDoesNotHoldUpOthers() throws Exception {
        var slow = new CountDownLatch(1);
        Path other = folder.resolve("other");
        new Network(2).write(other, "slow", "1");
        var probe = new ReplicaProbe() {
            @Override
            public void loads(String loading) {
                if (loading.equals(other.toString())) {
                    try {
                        slow.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }
            }
        };
        try (Rig rig = new Rig(folder, ReplicaSettings.DEFAULT, probe)) {
            rig.client.load(place.toString(), Optional.empty(), LONG);
            var loaded = CompletableFuture.supplyAsync(() -> loadUnchecked(rig, other), Thread::startVirtualThread);
            await().until(() -> rig.replica.heartbeat().loading().equals(List.of(other.toString())));
            for (int i = 0; i < 100; i++) {
                Rig.assertRight(NETWORK, Network.inputs(i, 1), rig.ask(MODEL, Network.inputs(i, 1)));
            }
            assertThat(loaded).isNotDone();
            slow.countDown();
            assertThat(loaded.join().id()).isEqualTo(ModelId.of("slow", "1"));
        }
    }

    private static ModelState loadUnchecked(Rig rig, Path place) {
        try {
            return rig.client.load(place.toString(), Optional.empty(), LONG);
        } catch (LoadRefusedException e) {
            throw new IllegalStateException(e);
        }
    }
}

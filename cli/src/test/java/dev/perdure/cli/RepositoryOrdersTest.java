package dev.perdure.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.gateway.RolloutSettings.Manner;
import dev.perdure.oip.ModelId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What clients ask of several gateways is what each of them does, in the order in which it was written. */
@Timeout(120)
class RepositoryOrdersTest {
    private static final ModelId ONE = ModelId.of("m", "1");
    private static final ModelId TWO = ModelId.of("m", "2");
    private static final int TIMES = 60;

    @TempDir
    Path folder;

    private OrdersFile file() {
        return new OrdersFile(folder.resolve("orders"));
    }

    @Test
    void whatIsUnloadedIsSoUntilItIsLoadedOrItsBundleIsGone() {
        RepositoryOrders orders = RepositoryOrders.NONE.unload(ONE);
        assertThat(orders.isUnloaded(ONE)).isTrue();
        assertThat(orders.isUnloaded(TWO)).isFalse();
        assertThat(orders.unload(ModelId.of("m")).isUnloaded(TWO)).isTrue();
        assertThat(orders.unload(ModelId.of("m")).isUnloaded(ModelId.of("n", "1")))
                .isFalse();
        assertThat(orders.unload(ModelId.of("m")).load("m", Optional.empty())).isEqualTo(RepositoryOrders.NONE);
        assertThat(orders.load("n", Optional.empty())).isEqualTo(orders);
        assertThat(orders.forget(ONE)).isEqualTo(RepositoryOrders.NONE);
    }

    @Test
    void whoLooksNowAndThenSeesWhatIsNew() {
        RepositoryOrders before = RepositoryOrders.NONE.unload(ONE);
        RepositoryOrders now = before.unload(TWO);
        assertThat(now.unloadedSince(before)).containsExactly(TWO);
        assertThat(now.unloadedSince(now)).isEmpty();
        assertThat(now.load("m", Optional.of(Manner.AT_ONCE)).mannerSince(now, "m"))
                .contains(Manner.AT_ONCE);
        RepositoryOrders once = now.load("m", Optional.of(Manner.AT_ONCE));
        assertThat(once.mannerSince(once, "m")).isEmpty();
        assertThat(once.load("m", Optional.of(Manner.AT_ONCE)).mannerSince(once, "m"))
                .as("the same again is another order")
                .contains(Manner.AT_ONCE);
        assertThat(once.load("m", Optional.empty()).mannerSince(once, "m")).isEmpty();
    }

    @Test
    void theFileSaysWhatWasWrittenAndWhatItIsNotWhenItIsNone() throws Exception {
        assertThat(file().read()).isEqualTo(RepositoryOrders.NONE);
        RepositoryOrders written =
                file().change(known -> known.unload(ONE).unload(TWO).load("n", Optional.of(Manner.GRADUAL)));
        assertThat(file().read()).isEqualTo(written);
        for (String text : List.of("", "[]", "{}", "{\"unloaded\":{\"m\":[\"1\"")) {
            Files.writeString(folder.resolve("orders"), text);
            assertThatThrownBy(() -> file().read()).as(text).isInstanceOf(IOException.class);
        }
    }

    /** Each loads one model so many times. */
    static final class Loading {
        private Loading() {}

        public static void main(String[] arguments) throws IOException {
            load(new OrdersFile(Path.of(arguments[0])));
        }

        static void load(OrdersFile file) throws IOException {
            for (int i = 0; i < TIMES; i++) {
                file.change(known -> known.load("m", Optional.of(Manner.AT_ONCE)));
            }
        }
    }

    @Test
    void nothingIsLostOfWhatSeveralProcessesAndThreadsWriteAtOnce() throws Exception {
        var processes = new ArrayList<Process>();
        try {
            for (int i = 0; i < 2; i++) {
                var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        Loading.class.getName(),
                        folder.resolve("orders").toString());
                processes.add(Jvm.withClassPath(builder).inheritIO().start());
            }
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < 2; i++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    try {
                        Loading.load(file());
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                }));
            }
            while (processes.stream().anyMatch(Process::isAlive)) {
                file().read(); // never half of it
            }
            for (Thread thread : threads) {
                thread.join();
            }
            for (Process process : processes) {
                assertThat(process.waitFor()).isZero();
            }
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
        assertThat(file().read().loads()).containsEntry("m", new RepositoryOrders.Load(4 * TIMES, Manner.AT_ONCE));
    }
}

package dev.perdure.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perdure.core.BadSettingException;
import dev.perdure.oip.OipAddress;
import dev.perdure.replica.ProcessId;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies in a session's folder, whose it is, and its ports. */
class ServeFolderTest {
    private static final ServeSetup SETUP = ServeSetup.of(List.of("models", "--replicas", "2"));
    private static final ProcessId GONE = new ProcessId(ProcessHandle.current().pid(), 1);

    @TempDir
    Path temporary;

    private ServeFolder left(String name, ProcessId gateway) throws IOException {
        var folder = new ServeFolder(temporary.resolve(ServeFolder.PREFIX + name));
        Files.createDirectories(folder.gateway(1));
        folder.lockParent().orElseThrow().channel().close();
        SETUP.at(List.of(new OipAddress.Tcp("127.0.0.1", 8000))).write(folder.session());
        ServedProcess.gateway(1, gateway).write(folder.gatewayPid(1));
        return folder;
    }

    @Test
    void everybodyWhoLivesIsListed() throws IOException {
        ServeFolder folder = left("a", ProcessId.current());
        ServedProcess.parent(GONE).write(folder.parentPid());
        ServedProcess.replica(7, ProcessId.current(), "linear", "1", "abc")
                .write(folder.gateway(1).resolve("r3.pid"));
        Files.writeString(folder.gateway(1).resolve("r4.pid"), "{\"role\":\"repl");
        assertThat(folder.processes())
                .containsExactly(
                        ServedProcess.gateway(1, ProcessId.current()),
                        ServedProcess.replica(7, ProcessId.current(), "linear", "1", "abc")
                                .ofGateway(1));
        assertThat(ServedProcess.replica(7, new ProcessId(4711, 81234), "linear", "1", "abc")
                        .ofGateway(1)
                        .format())
                .isEqualTo("{\"role\":\"replica\",\"gateway\":1,\"number\":7,\"pid\":4711,\"began\":81234,"
                        + "\"model\":\"linear\",\"version\":\"1\",\"digest\":\"abc\"}");
    }

    @Test
    void aFolderInWhichNobodyLivesIsRemovedAndOneWithGatewaysOfTheSameIsTaken() throws IOException {
        ServeFolder dead = left("dead", GONE);
        ServeFolder living = left("living", ProcessId.current());
        Path stranger = Files.createDirectories(temporary.resolve(ServeFolder.PREFIX + "begins"));
        try (HeldFolder other = HeldFolder.unnamed(temporary, ServeSetup.of(List.of("others")))) {
            assertThat(dead.path()).doesNotExist();
            assertThat(stranger).exists();
            assertThat(living.path()).exists().isNotEqualTo(other.folder().path());
        }
        try (HeldFolder taken = HeldFolder.unnamed(temporary, SETUP)) {
            assertThat(taken.folder()).isEqualTo(living);
            assertThatExceptionOfType(BadSettingException.class)
                    .isThrownBy(() -> HeldFolder.named(living.path()))
                    .withMessageContaining("another perdure process serves by it");
        }
        assertThatExceptionOfType(BadSettingException.class)
                .isThrownBy(() -> HeldFolder.named(temporary.resolve("x".repeat(100))))
                .withMessageContaining("too long");
    }

    @Test
    void ofAFolderThatSomebodyChoseLogsStay() throws IOException {
        var folder = new ServeFolder(temporary.resolve("chosen"));
        Files.createDirectories(folder.gateway(1));
        Files.writeString(folder.gateway(1).resolve("r1.log"), "words");
        Files.writeString(folder.gatewayLog(1), "words");
        Files.writeString(folder.path().resolve("mine"), "words");
        SETUP.write(folder.session());
        folder.clear();
        assertThat(ServeFolder.names(folder.path())).containsExactly("gateway-1.log", "mine");
    }

    @Test
    void aPortThatIsHeldIsNobodysButThoseThatShareIt() throws IOException {
        int port;
        try (HeldPorts held = HeldPorts.taken(List.of(new OipAddress.Tcp("127.0.0.1", 0)))) {
            var address = (OipAddress.Tcp) held.addresses().getFirst();
            port = address.port();
            assertThat(port).isPositive();
            assertThatExceptionOfType(BadSettingException.class)
                    .isThrownBy(() -> HeldPorts.taken(held.addresses()))
                    .withMessageContaining(address + ": ")
                    .withMessageContaining("expected: free");
            HeldPorts.shared(held.addresses()).close();
        }
        try (var listening = new ServerSocket(port)) {
            assertThat(listening.isBound()).isTrue();
        }
    }

    @Test
    void aProcessIsKnownByItsBeginningToo() {
        assertThat(ProcessId.current().isAlive()).isTrue();
        assertThat(GONE.isAlive()).isFalse();
        assertThat(GONE.handle()).isEmpty();
        assertThat(ProcessId.of(Integer.MAX_VALUE)).isEmpty();
    }
}

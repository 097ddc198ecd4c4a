package dev.perdure.cli;

import static dev.perdure.cli.Shell.perdure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perdure.access.ApiKeys;
import dev.perdure.access.Caller;
import dev.perdure.access.ReloadListener;
import dev.perdure.core.BadSettingException;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.Right;
import dev.perdure.routing.Routing;
import dev.perdure.training.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may ask is said in options that belong together, and a key is made where it is shown. */
class AccessOptionsTest {
    private static final Duration EVERY = Duration.ofSeconds(1);

    @TempDir
    Path folder;

    private static void refused(Runnable options, String why) {
        assertThatExceptionOfType(BadSettingException.class)
                .isThrownBy(options::run)
                .withMessageContaining(why);
    }

    @Test
    void aKeyIsPrintedOnceWithTheLineThatHasItKnown() {
        List<String> lines = perdure("key", "api", "alice", "--roles", "predict,admin")
                .fine()
                .lines()
                .toList();
        String key = lines.get(0).replaceFirst("key +", "");
        String line = lines.get(1).replaceFirst("line +", "");
        assertThat(line).doesNotContain(key);
        Caller alice = ApiKeys.read("keys", line).find(key).orElseThrow();
        assertThat(alice.name()).isEqualTo("alice");
        assertThat(alice.may(Right.ADMIN)).isTrue();
        assertThat(perdure("key", "api", "alice").fine()).doesNotContain(key);
    }

    @Test
    void aKeyForNobodyOrForWhatIsNotThereIsRefused() {
        assertThat(perdure("key", "api", "two words").refusedOnce(ExitCode.BAD_SETTING))
                .contains("NAME: 'two words' (expected: ");
        assertThat(perdure("key", "api", "bob", "--roles", "root").refusedOnce(ExitCode.BAD_SETTING))
                .contains("--roles: role 'root' (expected: predict or admin");
    }

    @Test
    void optionsThatDoNotBelongTogetherAreRefused() {
        var tls = new TlsOptions();
        tls.certificate = folder.resolve("server.crt");
        refused(() -> tls.open(ReloadListener.NONE, EVERY), "--tls-cert without --tls-key");
        var clients = new TlsOptions();
        clients.clientAuthorities = folder.resolve("clients.crt");
        refused(() -> clients.open(ReloadListener.NONE, EVERY), "--tls-client-ca without --tls-cert");
        var tokens = new AccessOptions();
        tokens.tokenKeys = folder.resolve("jwks.json");
        refused(() -> tokens.tokens(ReloadListener.NONE, EVERY), "--jwt-keys without --jwt-audience");
        var keys = new AccessOptions();
        keys.keys = folder.resolve("keys");
        refused(() -> keys.keys(ReloadListener.NONE, EVERY), "keys: cannot be read");
        var burst = new AccessOptions();
        burst.burst = 3.0;
        refused(() -> burst.limited(Routing.Options.usual()), "--client-burst without --client-rate");
        var rate = new AccessOptions();
        rate.rate = -1.0;
        refused(() -> rate.limited(Routing.Options.usual()), "--client-rate: -1.0");
        var metrics = new MetricsOptions();
        metrics.metrics = "nowhere";
        refused(() -> metrics.address(1), "--metrics: address: 'nowhere' (expected: host:port");
    }

    @Test
    void whoListensToAllTheWorldIsToldWhatThatMeans() throws Exception {
        List<OipAddress> everywhere = List.of(new OipAddress.Tcp("0.0.0.0", 8000));
        var said = new ArrayList<String>();
        try (var entrance = new Entrance(new TlsOptions(), new AccessOptions(), said::add, EVERY)) {
            assertThat(entrance.warnings(everywhere))
                    .singleElement()
                    .asString()
                    .contains("whoever reaches this server");
            assertThat(entrance.warnings(List.of(new OipAddress.Tcp("127.0.0.1", 8000))))
                    .isEmpty();
        }
        var access = new AccessOptions();
        access.keys = Files.writeString(
                folder.resolve("keys"),
                ApiKeys.line("alice", EnumSet.of(Right.PREDICT), ApiKeys.create(new SecureRandom())));
        try (var entrance = new Entrance(new TlsOptions(), access, said::add, EVERY)) {
            assertThat(entrance.warnings(everywhere)).singleElement().asString().contains("plain text");
        }
        assertThat(said).isEmpty();
    }
}

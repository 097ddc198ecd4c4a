package dev.perdure.cli;

import com.linecorp.armeria.common.TlsProvider;
import dev.perdure.access.TlsFiles;
import dev.perdure.core.BadSettingException;
import dev.perdure.oip.OipAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** On which other hosts replicas live, and how those are reached. */
final class HostsOptions {
    private static final Logger LOG = LoggerFactory.getLogger(HostsOptions.class);
    private static final Duration RELOAD_EVERY = Duration.ofSeconds(1);
    private static final int HOSTS_MAX = 64;

    @Option(
            names = "--hosts",
            split = ",",
            paramLabel = "HOST:PORT",
            description =
                    "Other hosts on which replicas may live, where 'perdure host' listens: replicas of a version are spread"
                            + " over this host and those.")
    List<String> hosts = List.of();

    @Option(names = "--hosts-only", description = "Start no replicas on this host, only on the others.")
    boolean isOnlyThere;

    @Option(
            names = "--hosts-cert",
            paramLabel = "FILE",
            description = "The certificate that is shown to other hosts (PEM; those that signed it follow it).")
    @Nullable
    Path certificate;

    @Option(names = "--hosts-key", paramLabel = "FILE", description = "Its private key (PEM, PKCS#8, not encrypted).")
    @Nullable
    Path key;

    @Option(
            names = "--hosts-ca",
            paramLabel = "FILE",
            description = "Other hosts must show a certificate that one of these has signed (PEM).")
    @Nullable
    Path authorities;

    @Option(
            names = "--hosts-insecure",
            description = "Ask other hosts unencrypted, whoever they are: for networks in which nobody else is.")
    boolean isInsecure;

    @Option(names = "--hosts-calm-millis", hidden = true, defaultValue = "10000")
    long calmMillis = 10_000;

    /**
     * Returns where replicas live.
     *
     * @throws BadSettingException if what was asked for does not go together
     */
    Hosts hosts() {
        List<OipAddress.Tcp> addresses =
                hosts.stream().map(host -> tcp("--hosts", host)).toList();
        if (addresses.isEmpty()) {
            if (isOnlyThere) {
                throw new BadSettingException("--hosts-only without --hosts (expected: both). Replicas live somewhere");
            }
            return Hosts.NONE;
        }
        if (addresses.size() > HOSTS_MAX || new HashSet<>(addresses).size() < addresses.size()) {
            throw new BadSettingException(
                    "--hosts: %s (expected: each once, at most %d)".formatted(addresses, HOSTS_MAX));
        }
        Optional<TlsProvider> tls = tls();
        Optional<OipAddress.Tcp> open =
                addresses.stream().filter(Entrance::isPublic).findFirst();
        if (tls.isEmpty() && !isInsecure && open.isPresent()) {
            throw new BadSettingException(
                    "--hosts: %s with no certificates (expected: hosts that show one). Use --hosts-cert, --hosts-key and --hosts-ca, or --hosts-insecure where nobody else is in the network"
                            .formatted(open.get()));
        }
        return new Hosts(addresses, !isOnlyThere, tls, Duration.ofMillis(calmMillis));
    }

    private Optional<TlsProvider> tls() {
        if (certificate == null && key == null && authorities == null) {
            return Optional.empty();
        }
        if (certificate == null || key == null || authorities == null) {
            throw new BadSettingException("--hosts-cert %s, --hosts-key %s, --hosts-ca %s (expected: all three or none)"
                    .formatted(shown(certificate), shown(key), shown(authorities)));
        }
        return Optional.of(new TlsFiles(
                certificate,
                key,
                Optional.of(authorities),
                (what, isTaken, words) -> LOG.info("{} {}: {}", what, isTaken ? "taken" : "not taken", words),
                RELOAD_EVERY,
                Clock.systemUTC()));
    }

    private static String shown(@Nullable Path file) {
        return file == null ? "(none)" : file.toString();
    }

    /** Returns an address with a port. */
    static OipAddress.Tcp tcp(String option, String text) {
        try {
            if (OipAddress.parse(text) instanceof OipAddress.Tcp address) {
                return address;
            }
            throw new BadSettingException("%s: %s (expected: HOST:PORT)".formatted(option, text));
        } catch (IllegalArgumentException e) {
            throw new BadSettingException(option + ": " + e.getMessage());
        }
    }
}

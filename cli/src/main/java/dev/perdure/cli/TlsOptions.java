package dev.perdure.cli;

import dev.perdure.access.ReloadListener;
import dev.perdure.access.TlsFiles;
import dev.perdure.core.BadSettingException;
import dev.perdure.oip.OipEdge;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** Whether what is said to a server stays between the two, and whose clients it is said to. */
final class TlsOptions {
    private static final Logger LOG = LoggerFactory.getLogger(TlsOptions.class);

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description =
                    "Speak TLS, REST and gRPC alike, with this certificate (PEM; those that signed it follow it).")
    @Nullable
    Path certificate;

    @Option(names = "--tls-key", paramLabel = "FILE", description = "Its private key (PEM, PKCS#8, not encrypted).")
    @Nullable
    Path key;

    @Option(
            names = "--tls-client-ca",
            paramLabel = "FILE",
            description = "Clients must show a certificate that one of these has signed (PEM).")
    @Nullable
    Path clientAuthorities;

    /** Returns what lets in whoever shows a certificate, or everybody where none is asked for, for as long as this process lives. */
    OipEdge edge(Duration every) {
        return open(
                        (what, isTaken, words) -> LOG.info("{} {}: {}", what, isTaken ? "taken" : "not taken", words),
                        every)
                .map(files -> OipEdge.OPEN.over(new OipEdge.Tls(files, files.asksClients())))
                .orElse(OipEdge.OPEN);
    }

    /** Returns the files, which are read again when they change; nothing if there is no TLS. */
    Optional<TlsFiles> open(ReloadListener listener, Duration every) {
        if (certificate == null && key == null) {
            if (clientAuthorities != null) {
                throw new BadSettingException("--tls-client-ca without --tls-cert (expected: both). Clients show"
                        + " certificates over TLS only");
            }
            return Optional.empty();
        }
        if (certificate == null || key == null) {
            throw new BadSettingException("%s (expected: --tls-cert and --tls-key, both or none)"
                    .formatted(key == null ? "--tls-cert without --tls-key" : "--tls-key without --tls-cert"));
        }
        return Optional.of(new TlsFiles(
                certificate, key, Optional.ofNullable(clientAuthorities), listener, every, Clock.systemUTC()));
    }

    /** Returns the same for a process that is started. */
    List<String> arguments() {
        var arguments = new ArrayList<String>();
        add(arguments, "--tls-cert", certificate);
        add(arguments, "--tls-key", key);
        add(arguments, "--tls-client-ca", clientAuthorities);
        return arguments;
    }

    private static void add(List<String> arguments, String option, @Nullable Path file) {
        if (file != null) {
            arguments.addAll(List.of(option, file.toAbsolutePath().toString()));
        }
    }
}

package dev.perdure.cli;

import dev.perdure.access.ReloadListener;
import dev.perdure.access.TlsFiles;
import dev.perdure.core.BadSettingException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whether what is said to a server stays between the two, and whose clients it is said to. */
final class TlsOptions {
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
}

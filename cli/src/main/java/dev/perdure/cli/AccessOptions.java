package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.access.ApiKeys;
import dev.perdure.access.AuditLog;
import dev.perdure.access.ReloadListener;
import dev.perdure.access.Reloaded;
import dev.perdure.access.Tokens;
import dev.perdure.core.BadSettingException;
import dev.perdure.routing.Admission;
import dev.perdure.routing.Clients;
import dev.perdure.routing.Routing;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who may ask a server, and how often. */
final class AccessOptions {
    private static final int CLIENTS_MAX = 10_000;

    /** What anybody may ask, also where others must show something. */
    enum Open {
        /** Whether the server lives and is ready. */
        HEALTH,
        /** The server's figures. */
        METRICS,
        /** Nothing. */
        NONE
    }

    @Option(
            names = "--api-keys",
            paramLabel = "FILE",
            description =
                    "Ask for a key of this file: lines with name, roles and SHA-256, as perdure key api prints them.")
    @Nullable
    Path keys;

    @Option(
            names = "--jwt-keys",
            paramLabel = "FILE",
            description =
                    "Ask for a JSON Web Token that one of these has signed: a JSON Web Key Set, or a public key in PEM.")
    @Nullable
    Path tokenKeys;

    @Option(
            names = "--jwt-audience",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "Whom tokens must be for (aud).")
    String audience = "";

    @Option(
            names = "--jwt-issuer",
            paramLabel = "TEXT",
            description = "Who must have issued them (iss). Default: anybody who can sign.")
    @Nullable
    String issuer;

    @Option(
            names = "--jwt-roles",
            paramLabel = "CLAIM",
            defaultValue = "roles",
            description = "Where roles stand in tokens. Default: ${DEFAULT-VALUE}.")
    String rolesClaim = "roles";

    @Option(
            names = "--open",
            split = ",",
            paramLabel = "WHAT",
            defaultValue = "health",
            description = "What anybody may ask nevertheless: health, metrics, none. Default: ${DEFAULT-VALUE}.")
    List<Open> open = List.of(Open.HEALTH);

    @Option(
            names = "--audit",
            paramLabel = "FILE",
            description =
                    "Keep who changed what is served: a line is written before, and nothing is changed if it cannot be.")
    @Nullable
    Path audit;

    @Option(
            names = "--client-rate",
            paramLabel = "N",
            description = "Requests a second that one client may send to one model. Default: as many as it likes.")
    @Nullable
    Double rate;

    @Option(
            names = "--client-burst",
            paramLabel = "N",
            description = "Of those, how many at once. Default: as many as in two seconds.")
    @Nullable
    Double burst;

    /** Returns the keys that are known; nothing if none is asked for. */
    Optional<Reloaded<ApiKeys>> keys(ReloadListener listener, Duration every) {
        return Optional.ofNullable(keys)
                .map(file -> new Reloaded<>(
                        "API keys",
                        List.of(file),
                        contents -> ApiKeys.read(file.toString(), new String(contents.getFirst(), UTF_8)),
                        known -> "%d keys".formatted(known.size()),
                        listener,
                        every));
    }

    /** Returns who may sign tokens; nothing if none is asked for. */
    Optional<Reloaded<Tokens>> tokens(ReloadListener listener, Duration every) {
        if (tokenKeys == null) {
            return Optional.empty();
        }
        if (audience.isBlank()) {
            throw new BadSettingException(
                    "--jwt-keys without --jwt-audience (expected: both). A token for another server must not open this one");
        }
        Path file = tokenKeys;
        var options = new Tokens.Options(audience, Optional.ofNullable(issuer), rolesClaim);
        return Optional.of(new Reloaded<>(
                "JWT keys",
                List.of(file),
                contents -> Tokens.read(file.toString(), contents.getFirst(), options, Clock.systemUTC()),
                known -> "%d keys".formatted(known.keys()),
                listener,
                every));
    }

    Optional<AuditLog> audit() {
        return Optional.ofNullable(audit).map(file -> new AuditLog(file, Clock.systemUTC()));
    }

    boolean isOpen(Open what) {
        return open.contains(what);
    }

    /** Returns the same, with a limit for each client if there is one. */
    Routing.Options limited(Routing.Options usual) {
        if (rate == null) {
            if (burst != null) {
                throw new BadSettingException("--client-burst without --client-rate (expected: both)");
            }
            return usual;
        }
        double perSecond = rate;
        double atOnce = burst == null ? Math.max(1, 2 * perSecond) : burst;
        if (!(perSecond > 0) || !(atOnce >= 1)) {
            throw new BadSettingException(
                    "--client-rate: %s, --client-burst: %s (expected: > 0, >= 1)".formatted(perSecond, atOnce));
        }
        Admission.Options admission = usual.admission();
        return new Routing.Options(
                usual.tick(),
                usual.request(),
                new Admission.Options(
                        admission.queueMax(),
                        admission.limit(),
                        Optional.of(new Clients.Options(perSecond, atOnce, CLIENTS_MAX))),
                usual.quarantine(),
                usual.hedgeShare(),
                usual.compareShare(),
                usual.compareMax());
    }
}

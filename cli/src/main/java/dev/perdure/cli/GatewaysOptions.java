package dev.perdure.cli;

import dev.perdure.core.BadSettingException;
import dev.perdure.gateway.Siblings;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.SharedPorts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** In which processes {@code serve} serves: whether this one is the parent, or which gateway it is. */
final class GatewaysOptions {
    static final String FOLDER = "--gateway-of";
    static final String NUMBER = "--gateway-number";
    private static final String COMMAND = "serve";
    private static final String RUN = "--run";
    private static final int GATEWAYS_MAX = 64;

    @Option(
            names = "--gateways",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Processes that answer clients at the same ports, each with its own replicas: while one begins anew,"
                            + " the others answer. More than one: on Linux. Default: ${DEFAULT-VALUE}.")
    int gateways = 1;

    @Option(
            names = RUN,
            paramLabel = "DIR",
            description =
                    "The session's folder: who is there, sockets, logs. Whoever is started with it when this process was"
                            + " killed takes its gateways over. Default: one in the folder for temporary files, found again by"
                            + " whoever is started with the same arguments.")
    @Nullable
    Path run;

    @Option(
            names = "--orphan-seconds",
            paramLabel = "N",
            defaultValue = "60",
            description = "How long gateways go on when this process was killed and nobody takes them over. Default:"
                    + " ${DEFAULT-VALUE}.")
    long orphanSeconds = 60;

    @Option(names = FOLDER, hidden = true)
    @Nullable
    Path gatewayOf;

    @Option(names = NUMBER, hidden = true)
    int gatewayNumber = 1;

    @Option(
            names = "--rehearse",
            hidden = true,
            description = "Ask every model once, and end: for the archive of classes.")
    boolean rehearsal;

    @Spec(Target.MIXEE)
    @Nullable
    CommandSpec command;

    /** Returns whether this process is the one that a person started, and keeps those that serve. */
    boolean isParent() {
        return gatewayOf == null && !rehearsal;
    }

    /** Keeps gateways that serve as was asked, until it is told to end. Returns the exit code. */
    int keepGateways(List<OipAddress> addresses, ServeTelling telling) throws IOException, InterruptedException {
        check(addresses);
        ServeSetup setup = ServeSetup.of(arguments());
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        try (HeldFolder held = run == null ? HeldFolder.unnamed(temporary, setup) : HeldFolder.named(run)) {
            return ServeParent.serve(held, setup, gateways, addresses, telling);
        }
    }

    private void check(List<OipAddress> addresses) {
        if (gateways < 1 || gateways > GATEWAYS_MAX) {
            throw new BadSettingException("--gateways: %d (expected: 1 to %d)".formatted(gateways, GATEWAYS_MAX));
        }
        if (gateways > 1 && !SharedPorts.areToBeHad()) {
            throw new BadSettingException(
                    "--gateways: %d (expected: 1, on %s: only Linux shares connections out among processes at one port)"
                            .formatted(gateways, System.getProperty("os.name")));
        }
        if (gateways > 1 && !HeldPorts.areShared(addresses)) {
            throw new BadSettingException(
                    "--gateways: %d at %s (expected: 1, or ports: a socket's file cannot be shared)"
                            .formatted(gateways, addresses));
        }
        if (orphanSeconds < 1 || orphanSeconds > 86_400) {
            throw new BadSettingException("--orphan-seconds: %d (expected: 1 to 86400)".formatted(orphanSeconds));
        }
    }

    /** Returns what the command was given, but for the session's folder: whoever is given the same serves the same. */
    private List<String> arguments() {
        List<String> all = command == null
                ? List.of()
                : command.root().commandLine().getParseResult().originalArgs();
        var arguments = new ArrayList<String>();
        List<String> own = all.subList(all.indexOf(COMMAND) + 1, all.size());
        for (int i = 0; i < own.size(); i++) {
            if (own.get(i).equals(RUN)) {
                i++; // and its value
            } else if (!own.get(i).startsWith(RUN + "=")) {
                arguments.add(own.get(i));
            }
        }
        return arguments;
    }

    /** Returns where this gateway has its replicas' files. */
    Path folder() {
        return session().gateway(gatewayNumber);
    }

    /** Returns what clients asked of any gateway of this session. */
    OrdersFile orders() {
        return new OrdersFile(session().orders());
    }

    /** Returns the other gateways of this session. */
    Siblings siblings() {
        return new SessionSiblings(session(), gatewayNumber);
    }

    private ServeFolder session() {
        return new ServeFolder(gatewayOf == null ? Path.of("") : gatewayOf);
    }

    /** Returns where this gateway listens, which its parent has found out. */
    List<OipAddress> addresses() {
        return ServeSetup.read(session().session())
                .map(ServeSetup::where)
                .orElseThrow(() -> new BadSettingException("%s: no session (expected: one that 'perdure serve' began)"
                        .formatted(session().path())));
    }

    /** Returns how long nobody needs to be let in while models cannot be asked yet: others are there for them. */
    Duration othersAnswerFor() {
        return gateways > 1 ? Duration.ofSeconds(15) : Duration.ZERO;
    }

    /** Begins to be a gateway; ends by itself when it is left alone. */
    GatewayLife begin(ServeTelling telling, Runnable end) throws IOException {
        return new GatewayLife(session(), gatewayNumber, Duration.ofSeconds(orphanSeconds), why -> {
            telling.say("ends: " + why);
            end.run();
        });
    }
}

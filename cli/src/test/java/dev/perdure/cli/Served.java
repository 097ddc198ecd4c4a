package dev.perdure.cli;

import dev.perdure.gateway.GatewaySettings;
import dev.perdure.oip.OipAddress;
import dev.perdure.routing.Fleet;
import dev.perdure.routing.RequestLimits;
import dev.perdure.routing.Routing;
import dev.perdure.routing.Scaling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** How tests serve in their own process, with real replicas. */
final class Served {
    /** How long a request may take: a machine that builds other things at the same time answers late, and not wrongly. */
    static final Duration LONG = Duration.ofSeconds(60);

    private Served() {}

    /** Returns settings for so many replicas of the newest version. */
    static GatewaySettings by(int replicas) {
        return by(Scaling.Options.between(replicas, replicas));
    }

    /** Returns settings for replicas whose number follows the load. */
    static GatewaySettings by(Scaling.Options replicas) {
        return by(replicas, Routing.Options.usual());
    }

    static GatewaySettings by(Scaling.Options replicas, Routing.Options routing) {
        return new GatewaySettings(
                routing,
                Fleet.Options.usual(replicas, 0),
                1,
                new RequestLimits(1 << 20, 64),
                LONG,
                LONG,
                Duration.ofSeconds(10));
    }

    /** Returns a program of replicas with ONNX Runtime, see {@link #programWith}. */
    static LocalReplicas.Program program(String... more) {
        return programWith("onnx", more);
    }

    /** Returns a program of replicas that take unsigned bundles and soon miss their parent. */
    static LocalReplicas.Program programWith(String engine, String... more) {
        var options = new ArrayList<>(List.of("--allow-unsigned", "--engine", engine, "--orphan-seconds", "3"));
        options.addAll(List.of(more));
        return LocalReplicas.Program.of(options);
    }

    /** Returns so many addresses of this machine, whichever are free: the first is for REST, the last for gRPC. */
    static List<OipAddress> anywhere(int ports) {
        return Collections.nCopies(ports, new OipAddress.Tcp("127.0.0.1", 0));
    }

    /** Returns a session's replicas that live. */
    static List<ProcessHandle> processes(ServeSession session) {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info()
                        .commandLine()
                        .filter(line -> line.contains(session.folder().toString()))
                        .isPresent())
                .toList();
    }
}

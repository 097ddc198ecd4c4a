package dev.perdure.chaos;

import static dev.perdure.chaos.Kind.millis;
import static dev.perdure.chaos.Kind.seconds;

import dev.perdure.core.Settings;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The kinds of fault that served models may meet, with what a plan may say of each and what each really does. */
public final class ServeKinds {
    private static final Map<String, Kind<ServeFault>> ALL = new LinkedHashMap<>();

    private ServeKinds() {}

    static {
        add("kill", "", "SIGKILL to a replica.", _ -> new ServeFault.Kill());
        add(
                "terminate",
                "",
                "SIGTERM to a replica: it answers what is under way and ends.",
                _ -> new ServeFault.Terminate());
        add("stop", "", "SIGSTOP to a replica, for good.", _ -> new ServeFault.Stop());
        add(
                "pause",
                "seconds: 2",
                "SIGSTOP to a replica, and SIGCONT later.",
                s -> new ServeFault.Pause(seconds(s, "seconds", 2)));
        add(
                "out-of-memory",
                "",
                "A replica asks for an array larger than any heap; its JVM aborts, as at every OutOfMemoryError.",
                _ -> new ServeFault.OutOfMemory());
        add("native-crash", "", "strlen(8) in a replica: a real SIGSEGV.", _ -> new ServeFault.NativeCrash());
        add(
                "hang",
                "",
                "A replica takes requests and never answers them; its heartbeats go on.",
                _ -> new ServeFault.Hang());
        add(
                "exceptions",
                "every: 3, seconds: 3",
                "In one replica every so-many-th request ends with an exception, for so long.",
                s -> new ServeFault.Exceptions(s.integer("every", 3, 1, 1_000_000), seconds(s, "seconds", 3)));
        add(
                "slow",
                "delay-millis: 200, seconds: 4",
                "One replica takes so much longer for each request, for so long.",
                s -> new ServeFault.Slow(millis(s, "delay-millis", 200), seconds(s, "seconds", 4)));
        add(
                "nan-weights",
                "",
                "In one replica all weights become NaN: its model is opened anew from a spoiled copy in memory.",
                _ -> new ServeFault.NanWeights());
        add(
                "flip-weights",
                "",
                "In one replica all weights change their sign: its model is opened anew from a spoiled copy in memory.",
                _ -> new ServeFault.FlipWeights());
        add(
                "close-sockets",
                "",
                "A replica shuts all its connections down, with requests and answers on their way.",
                _ -> new ServeFault.CloseSockets());
        add(
                "corrupt-model",
                "",
                "A replica is killed, and the next is started with a copy of the bundle in which a bit is flipped.",
                _ -> new ServeFault.CorruptModel());
        add(
                "truncate-model",
                "",
                "A replica is killed, and the next is started with a copy of the bundle that is cut off.",
                _ -> new ServeFault.TruncateModel());
        add(
                "slow-load",
                "seconds: 3",
                "A replica is killed, and the next takes so much longer to load its model.",
                s -> new ServeFault.SlowLoad(seconds(s, "seconds", 3)));
        add(
                "full-disk",
                "starts: 1",
                "A replica is killed, and so many that start in its place are told while they load that no space is left.",
                s -> new ServeFault.FullDisk(s.integer("starts", 1, 1, 10)));
        add(
                "kill-gateway",
                "",
                "SIGKILL to a gateway. A plan with it has two gateways at one port, unless it says another number.",
                _ -> new ServeFault.KillGateway());
        add(
                "kill-parent",
                "seconds: 1",
                "SIGKILL to the process that keeps gateways; another is started so much later.",
                s -> new ServeFault.KillParent(seconds(s, "seconds", 1)));
        add(
                "clock-jump",
                "jump-seconds: 3600, seconds: 3",
                "The wall clock by which gateways' known answers grow old is set forward, or back, for a while.",
                s -> new ServeFault.ClockJump(
                        Duration.ofSeconds(s.whole("jump-seconds", 3600, -1_000_000_000, 1_000_000_000)),
                        seconds(s, "seconds", 3)));
        add(
                "host-cut-off",
                "seconds: 5",
                "Every packet to and from another host vanishes, for so long. A plan with it has such a host beside this one, in a"
                        + " network namespace, with some of the replicas of each gateway; to make it takes Linux and root.",
                s -> new ServeFault.HostCutOff(seconds(s, "seconds", 5)));
        add(
                "big-model",
                "megabytes: 128",
                "A model of another name and so much weight is added, loaded beside the others, and taken away again.",
                s -> new ServeFault.BigModel(s.integer("megabytes", 128, 1, 65_536)));
        add(
                "poison",
                "",
                "One request that ends whatever replica computes it, at once and with exit code 139.",
                _ -> new ServeFault.Poison());
        add(
                "overload",
                "factor: 3, seconds: 3",
                "So many times as much as usual is asked besides, for so long; of that some may be refused.",
                s -> new ServeFault.Overload(s.integer("factor", 3, 1, 1_000), seconds(s, "seconds", 3)));
        add(
                "slow-writers",
                "connections: 20, seconds: 3",
                "Clients that send a byte of a request ten times a second.",
                s -> new ServeFault.SlowWriters(s.integer("connections", 20, 1, 5_000), seconds(s, "seconds", 3)));
        add(
                "slow-readers",
                "connections: 20, seconds: 3",
                "Clients that ask again and again over one connection, and read no answer.",
                s -> new ServeFault.SlowReaders(s.integer("connections", 20, 1, 5_000), seconds(s, "seconds", 3)));
        add(
                "oversized-bodies",
                "",
                "A request that says it has 1 TiB, and one that sends more than is allowed.",
                _ -> new ServeFault.OversizedBodies());
        add(
                "malformed-bodies",
                "bodies: 200",
                "Requests like a right one, but cut, with bytes changed, or of other types and shapes.",
                s -> new ServeFault.MalformedBodies(s.integer("bodies", 200, 1, 1_000_000)));
    }

    private static void add(String name, String parameters, String does, Function<Settings, ServeFault> read) {
        ALL.put(name, new Kind<>(name, parameters, does, read));
    }

    /** Returns all kinds, in the order in which people are told of them. */
    public static List<Kind<ServeFault>> all() {
        return List.copyOf(ALL.values());
    }

    static Optional<Kind<ServeFault>> named(String name) {
        return Optional.ofNullable(ALL.get(name));
    }

    static List<String> names() {
        return List.copyOf(ALL.keySet());
    }
}

package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Collective;
import dev.perdure.engine.Collectives;
import dev.perdure.torch.GlooCollectives;
import dev.perdure.torch.MeetingServer;
import dev.perdure.training.ExchangePlan;
import dev.perdure.training.GroupExchange;
import dev.perdure.training.MicrobatchResult;
import dev.perdure.training.ShareGradient;
import dev.perdure.training.Span;
import dev.perdure.training.StepPlan;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.FileStore;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Measures how long groups of processes take to form, and to exchange gradients beside Gloo's own all-reduce. Not a test:
 * {@code java -cp CLASSPATH dev.perdure.cli.ExchangeFigures} prints what {@code docs/decisions/0005-collectives.md} quotes.
 */
final class ExchangeFigures {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int MEETINGS = 20;

    private ExchangeFigures() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0) {
            member(arguments[0], arguments[1], Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
            return;
        }
        Path folder = Files.createTempDirectory("exchange-figures");
        Process server = start(MeetingServer.class, List.of()).start();
        try (var said = new BufferedReader(new InputStreamReader(server.getInputStream(), UTF_8))) {
            String tcp = said.readLine().replace("meeting point ", "");
            for (int size : new int[] {2, 3, 4, 8}) {
                run(size, "file:" + folder + "/forming-" + size + "-", "forming");
                run(size, tcp + "forming-" + size, "forming");
            }
            run(2, "file:" + folder + "/exchange-2-", "exchange");
            run(4, "file:" + folder + "/exchange-4-", "exchange");
        } finally {
            server.destroy();
        }
    }

    private static ProcessBuilder start(Class<?> main, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(arguments);
        var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("OMP_WAIT_POLICY", "passive");
        return builder;
    }

    private static void run(int size, String point, String what) throws IOException, InterruptedException {
        List<Process> members = new ArrayList<>();
        for (int rank = 0; rank < size; rank++) {
            members.add(
                    start(ExchangeFigures.class, List.of(what, point, Integer.toString(rank), Integer.toString(size)))
                            .start());
        }
        for (Process member : members) {
            new String(member.getInputStream().readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> line.startsWith("|"))
                    .forEach(System.out::println);
            member.waitFor();
        }
    }

    private static void member(String what, String point, int rank, int size) throws Exception {
        Collectives collectives = new GlooCollectives();
        if (what.equals("forming")) {
            forming(collectives, point, rank, size);
        } else {
            try (Collective group = collectives.meet(point + "own", rank, size, 1, TIMEOUT);
                    var _ = new PointerScope()) {
                ProcessGroupGloo plain = plain(point.replace("file:", "") + "plain", rank, size);
                for (int floats : new int[] {120_000, 1_000_000, 25_000_000}) {
                    exchange(group, plain, floats);
                }
                copy(group);
            }
        }
    }

    private static void forming(Collectives collectives, String point, int rank, int size) throws Exception {
        double[] millis = new double[MEETINGS];
        try (Collective first = collectives.meet(meeting(point, 0), rank, size, 1, TIMEOUT)) {
            for (int i = 0; i < MEETINGS; i++) {
                first.gatherLongs(i);
                long begin = System.nanoTime();
                Collective next = collectives.meet(meeting(point, i + 1), rank, size, i + 2, TIMEOUT);
                millis[i] = (System.nanoTime() - begin) / 1e6;
                first.gatherLongs(i);
                next.close();
            }
        }
        tell(rank, "forming %d of %s: %s".formatted(size, point.substring(0, 4), middle(millis)));
    }

    /** A file is good for one meeting. */
    private static String meeting(String point, int number) {
        return point.startsWith("file:") ? point + number : point;
    }

    private static ProcessGroupGloo plain(String path, int rank, int size) {
        var options = ProcessGroupGloo.Options.create(new Milliseconds(TIMEOUT.toMillis()));
        options.devices(new GlooDeviceVector(ProcessGroupGloo.createDeviceForHostname("127.0.0.1")));
        return new ProcessGroupGloo(new FileStore(path, size).clone(), rank, size, options);
    }

    private static void exchange(Collective group, ProcessGroupGloo plain, int floats) {
        int size = group.size();
        var steps = new StepPlan(size, size, size, 1);
        List<Span> shares = new ArrayList<>();
        for (int rank = 0; rank < size; rank++) {
            shares.add(new Span(rank, rank + 1));
        }
        int rounds = floats > 10_000_000 ? 15 : 100;
        double[] own = new double[rounds];
        double[] gloo = new double[rounds];
        double[] gather = new double[rounds];
        double[] glooGather = new double[rounds];
        try (Arena arena = Arena.ofShared();
                var exchange = new GroupExchange(group, new ExchangePlan(size, shares, floats), 0)) {
            TensorData gradient = TensorData.allocate(arena, DType.F32, Shape.of(floats));
            var result = new MicrobatchResult(group.rank(), TensorData.of(Shape.of(0), new float[0]), 0, 0, 1);
            var share = new ShareGradient(List.of(Optional.of(gradient)), gradient, List.of(result));
            Tensor vector = torch.zeros(floats);
            Tensor part = torch.zeros(floats / size);
            List<MemorySegment> segments = new ArrayList<>();
            for (int rank = 0; rank < size; rank++) {
                segments.add(gradient.data().asSlice((long) floats / size * 4 * rank, (long) floats / size * 4));
            }
            List<MemorySegment> notes =
                    IntStream.range(0, size).mapToObj(_ -> arena.allocate(512)).toList();
            for (int round = -rounds / 3; round < rounds; round++) {
                int at = Math.max(round, 0);
                own[at] = millis(group, () -> exchange.exchange(steps, 1, share, notes));
                gather[at] = millis(group, () -> group.allGather(segments));
                try (var _ = new PointerScope()) {
                    gloo[at] = millis(
                            group,
                            () -> plain.allreduce(new TensorVector(vector))._wait());
                    glooGather[at] = millis(
                            group,
                            () -> plain._allgather_base(vector.narrow(0, 0, floats / size * (long) size), part)
                                    ._wait());
                }
            }
        }
        tell(
                group.rank(),
                "%d members, %d floats: exchange %s, Gloo's all-reduce %s; all-gather %s, Gloo's %s"
                        .formatted(size, floats, middle(own), middle(gloo), middle(gather), middle(glooGather)));
    }

    private static void copy(Collective group) {
        try (Arena arena = Arena.ofShared()) {
            TensorData state = TensorData.allocate(arena, DType.F32, Shape.of(75_000_000));
            double[] times = new double[7];
            for (int i = 0; i < times.length; i++) {
                times[i] = millis(group, () -> {
                    group.broadcast(0, Set.of(group.size() - 1), List.of(state));
                    group.gatherLongs();
                });
            }
            tell(group.rank(), "copy of 300 MB from one member to another: " + middle(times));
        }
    }

    private static double millis(Collective group, Runnable work) {
        group.gatherLongs(0);
        long begin = System.nanoTime();
        work.run();
        return (System.nanoTime() - begin) / 1e6;
    }

    private static String middle(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return "%.2f ms (%.2f to %.2f)"
                .formatted(sorted[sorted.length / 2], sorted[sorted.length / 10], sorted[sorted.length * 9 / 10]);
    }

    private static void tell(int rank, String figures) {
        if (rank == 0) {
            System.out.println("| " + figures);
        }
    }
}

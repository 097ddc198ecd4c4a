package dev.perdure.cli;

import dev.perdure.core.BadSettingException;
import dev.perdure.oip.OipAddress;
import dev.perdure.replica.ProcessId;
import dev.perdure.training.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What a person starts: it has gateways at work in processes of their own, shows what they say, and when one dies or hangs starts
 * its successor at once. Nothing depends on its life: when it is killed they go on for a while, and whoever is started in its
 * place takes them over. When it is asked to end, it ends them all first.
 */
final class ServeParent {
    private static final Duration LOOK = Duration.ofMillis(50);
    /** A longer pause between two looks was this process's own: where it is given little time, others are given as little. */
    private static final Duration ATTENTIVE = LOOK.multipliedBy(2);
    /** Requests have half a minute to be answered, then replicas as long to end. */
    private static final Duration END_MAX = Duration.ofSeconds(75);

    private static final Duration KILLED_WITHIN = Duration.ofSeconds(10);
    private static final int FRUITLESS_MAX = 4;

    private final ServeFolder folder;
    private final ServeTelling telling;
    private final List<GatewayPlace> places = new ArrayList<>();
    private final Set<String> tried = new HashSet<>();
    private final AttentiveClock clock = new AttentiveClock(ATTENTIVE, System::nanoTime);
    private final Semaphore wake = new Semaphore(0);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean isAskedToEnd;

    private ServeParent(HeldFolder held, int gateways, GatewayLauncher launcher, ServeTelling telling)
            throws IOException {
        this.folder = held.folder();
        this.telling = telling;
        for (int number = 1; number <= gateways; number++) {
            String prefix = gateways == 1 ? "" : "gateway " + number + "  ";
            places.add(new GatewayPlace(
                    number, folder, launcher, telling::say, line -> repeat(prefix, line), wake::release, clock.look()));
        }
    }

    /**
     * Serves until it is asked to end.
     *
     * @param held the session's folder
     * @param asked where to listen
     * @return the exit code
     * @throws BadSettingException if gateways live there that serve something else, or a port is not free
     */
    static int serve(HeldFolder held, ServeSetup setup, int gateways, List<OipAddress> asked, ServeTelling telling)
            throws IOException, InterruptedException {
        ServeFolder folder = held.folder();
        Optional<ServeSetup> before = ServeSetup.read(folder.session());
        List<ServedProcess> left = folder.processes();
        boolean isSame = before.filter(setup::isAs).isPresent();
        boolean isTakenOver = left.stream().anyMatch(process -> process.role() == ServedProcess.Role.GATEWAY);
        if (isTakenOver && !isSame) {
            throw new BadSettingException(
                    "%s: gateways live there that were started otherwise, as %s (expected: as %s). End them first (kill %s), or wait until they do"
                            .formatted(
                                    folder.path(),
                                    before.map(ServeSetup::arguments).orElse(List.of()),
                                    setup.arguments(),
                                    String.join(" ", pids(left, ServedProcess.Role.GATEWAY))));
        }
        if (!isSame) {
            end(left);
        }
        if (!isTakenOver) {
            Files.deleteIfExists(folder.orders()); // what was asked of a session ends with it
        }
        try (HeldPorts ports =
                isTakenOver ? HeldPorts.shared(before.orElseThrow().where()) : HeldPorts.taken(asked)) {
            setup.at(ports.addresses()).write(folder.session());
            ServedProcess.parent(ProcessId.current()).write(folder.parentPid());
            var launcher = new GatewayLauncher(folder, setup.arguments());
            return new ServeParent(held, gateways, launcher, telling).run();
        }
    }

    /** How to try it is said once; a line of JSON stays one. */
    private void repeat(String prefix, String line) {
        boolean isHowToTry = line.startsWith(ServeSession.TRY_IT);
        if (!isHowToTry || tried.add(line)) {
            telling.repeat(isHowToTry || line.startsWith("{") ? line : prefix + line);
        }
    }

    private static List<String> pids(List<ServedProcess> processes, ServedProcess.Role role) {
        return processes.stream()
                .filter(process -> process.role() == role)
                .map(process -> Long.toString(process.pid()))
                .toList();
    }

    private int run() throws IOException, InterruptedException {
        var hook = new Thread(this::askedToEnd, "signal");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            telling.say("files of this session: " + folder.path());
            Optional<Integer> failed = keepUntilAskedToEnd();
            endAll();
            if (failed.isPresent()) {
                Files.deleteIfExists(folder.parentPid());
                return failed.get(); // and its logs stay
            }
            folder.clear();
            telling.say("stopped; no process is left");
            return ExitCode.OK.code();
        } finally {
            ended.countDown();
            remove(hook);
        }
    }

    /** A signal ends the process when this returns. */
    private void askedToEnd() {
        isAskedToEnd = true;
        wake.release();
        try {
            ended.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // The process is ending just now, and the hook with it.
        }
    }

    /** Returns the exit code when it is of no use to go on. */
    private Optional<Integer> keepUntilAskedToEnd() throws IOException, InterruptedException {
        while (!isAskedToEnd) {
            for (GatewayPlace place : places) {
                place.see(clock.look());
            }
            Optional<Integer> failed = failed();
            if (failed.isPresent()) {
                return failed;
            }
            for (GatewayPlace place : places) {
                place.look(clock.look());
            }
            pause();
        }
        return Optional.empty();
    }

    private void pause() throws InterruptedException {
        if (wake.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
            wake.drainPermits();
        }
    }

    /** While none ever served, what is wrong lies in what was asked for, or in the machine. */
    private Optional<Integer> failed() throws IOException {
        if (places.stream().anyMatch(GatewayPlace::wasHeard)) {
            return Optional.empty();
        }
        for (GatewayPlace place : places) {
            Optional<Integer> refusal = place.refusal()
                    .or(() ->
                            Optional.of(ExitCode.RESTARTS_SPENT.code()).filter(_ -> place.failures() > FRUITLESS_MAX));
            if (refusal.isPresent()) {
                List<String> problems = place.problems();
                problems.forEach(System.err::println);
                if (problems.isEmpty()) {
                    System.err.printf(
                            "perdure: gateways ended before they served, %d in a row, the last with exit code %d. Their logs are in %s%n",
                            place.failures(), refusal.get(), folder.path());
                }
                return refusal;
            }
        }
        return Optional.empty();
    }

    /** Has all gateways end in good order; whoever is silent or takes too long is ended for certain, with what it leaves. */
    private void endAll() throws IOException, InterruptedException {
        places.forEach(GatewayPlace::end);
        long began = clock.look();
        while (places.stream().anyMatch(GatewayPlace::isFilled)) {
            long now = clock.look();
            for (GatewayPlace place : places) {
                place.see(now);
                if (now - began > END_MAX.toNanos()) {
                    place.kill();
                }
            }
            pause();
        }
        end(folder.processes());
    }

    /** Ends those that have nobody any more, and returns when they are gone, as it is with all but those that hang in the kernel. */
    private static void end(List<ServedProcess> left) {
        List<ProcessId> others = left.stream()
                .filter(process -> process.role() != ServedProcess.Role.PARENT)
                .map(ServedProcess::process)
                .toList();
        others.forEach(process -> process.handle().ifPresent(ProcessHandle::destroyForcibly));
        long until = System.nanoTime() + KILLED_WITHIN.toNanos();
        while (others.stream().anyMatch(ProcessId::isAlive) && System.nanoTime() - until < 0) {
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }
}

package dev.perdure.cli;

import dev.perdure.replica.ProcessId;
import dev.perdure.training.ExitCode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One of several gateways, through all its processes: does what {@link GatewayCare} decides. Owned by one thread. */
final class GatewayPlace {
    private static final long ASK_NANOS = 250_000_000L;
    private static final String PROBLEM = "perdure: ";

    private final int number;
    private final ServeFolder folder;
    private final GatewayLauncher launcher;
    private final Consumer<String> say;
    private final Consumer<String> line;
    private final Runnable ended;
    private final LineTail said;
    private LineTail log;
    private GatewayCare care;
    private @Nullable GatewayProcess process;
    private long askAt;
    private boolean wasHeard;
    private boolean isEnding;
    private boolean isKilled;
    private Optional<Integer> refusal = Optional.empty();

    /**
     * A place that is to be filled at once.
     *
     * @param say told what happens
     * @param line told each line that the gateway says
     * @param ended told when a process that was started here ends, by any thread
     */
    GatewayPlace(
            int number,
            ServeFolder folder,
            GatewayLauncher launcher,
            Consumer<String> say,
            Consumer<String> line,
            Runnable ended,
            long now)
            throws IOException {
        this.number = number;
        this.folder = folder;
        this.launcher = launcher;
        this.say = say;
        this.line = line;
        this.ended = ended;
        this.said = new LineTail(folder.gatewayOut(number), true);
        this.log = new LineTail(folder.gatewayLog(number), true);
        this.care = GatewayCare.vacant(now);
    }

    /** Looks at it, ends it when that is due, and when there is none fills the place. */
    void look(long now) throws IOException {
        see(now);
        if (care.due(now) instanceof GatewayCare.Act.Start) {
            fill(now);
        }
    }

    /** Looks at it, and ends it when that is due. */
    void see(long now) throws IOException {
        said.next().forEach(line);
        GatewayProcess known = process;
        if (known == null) {
            return;
        }
        if (!known.isAlive()) {
            gone(known, now);
            return;
        }
        if (known.wasHeard()) {
            care = care.heard(now);
            wasHeard = true;
        }
        if (now >= askAt) {
            askAt = now + ASK_NANOS;
            known.ask();
        }
        if (care.due(now) instanceof GatewayCare.Act.Kill(String reason) && !isKilled) {
            isKilled = true;
            say.accept("%s (process %d) is ended: %s".formatted(name(), known.pid(), reason));
            known.kill();
        }
    }

    private String name() {
        return "gateway " + number;
    }

    private void gone(GatewayProcess known, long now) throws IOException {
        process = null;
        isKilled = false;
        said.next().forEach(line);
        refusal = known.exit().filter(code -> !wasHeard && code != ExitCode.OK.code() && ExitCode.isFinal(code));
        if (refusal.isEmpty() && !isEnding) {
            say.accept("%s (process %d) %s"
                    .formatted(
                            name(),
                            known.pid(),
                            known.exit().map(Watched::describe).orElse("has ended")));
        }
        care = care.gone(now);
    }

    /** Whoever lives is taken over: an earlier parent started it. */
    private void fill(long now) throws IOException {
        Optional<ProcessId> living = ServedProcess.read(folder.gatewayPid(number))
                .map(ServedProcess::process)
                .filter(ProcessId::isAlive);
        Optional<ProcessHandle> handle = living.flatMap(ProcessId::handle);
        if (living.isPresent() && handle.isPresent()) {
            process = new GatewayProcess(
                    living.get(),
                    handle.get(),
                    Optional.empty(),
                    folder.gatewaySocket(number).path());
            say.accept("%s (process %d) is taken over"
                    .formatted(name(), living.get().pid()));
        } else {
            process = start();
        }
        refusal = Optional.empty();
        care = process == null ? care.started(now).gone(now) : care.started(now);
        askAt = now;
    }

    private @Nullable GatewayProcess start() throws IOException {
        log = new LineTail(folder.gatewayLog(number), true);
        Process child;
        try {
            child = launcher.start(number);
        } catch (IOException e) { // the machine has no room for it now
            say.accept("%s was not started: %s".formatted(name(), e.getMessage()));
            return null;
        }
        ProcessId id = ProcessId.of(child.pid()).orElseGet(() -> new ProcessId(child.pid(), 0)); // it has ended already
        var _ = ProcessEnd.of(child).thenAccept(_ -> ended.run());
        return new GatewayProcess(
                id,
                child.toHandle(),
                Optional.of(child),
                folder.gatewaySocket(number).path());
    }

    /** Asks it to end, when there is one: none is to take its place. */
    void end() {
        isEnding = true;
        if (process != null) {
            process.end();
        }
    }

    void kill() {
        if (process != null) {
            process.kill();
        }
    }

    /** Returns whether there is a process. */
    boolean isFilled() {
        return process != null;
    }

    /** Returns whether one of its processes ever said that it lives. */
    boolean wasHeard() {
        return wasHeard;
    }

    int failures() {
        return care.failures();
    }

    /** Returns the exit code with which it has just said that it will never serve as it was asked to. */
    Optional<Integer> refusal() {
        return refusal;
    }

    /** Returns why, as it said it itself; empty when it said nothing. */
    List<String> problems() throws IOException {
        return log.next().stream().dropWhile(text -> !text.startsWith(PROBLEM)).toList();
    }
}

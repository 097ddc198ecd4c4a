package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.training.ExitCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A supervisor's process, from its start to its last word or its death. Owned by one thread. */
final class Watched {
    /** It says ten times a second that it lives. */
    private static final Duration SILENCE_MAX = Duration.ofSeconds(5);

    private static final Duration START_MAX = Duration.ofSeconds(60);
    private static final Duration STOP_MAX = Duration.ofSeconds(30);
    private static final Duration EXIT_MAX = Duration.ofSeconds(5);
    private static final Duration RECORDING_MAX = Duration.ofMinutes(2);
    private static final Duration LOOK = Duration.ofMillis(100);
    /** A longer pause between two looks was this process's own: it was stopped, and so perhaps the other. */
    private static final long ATTENTIVE_NANOS = 500_000_000L;

    private static final int QUEUE_LINES = 10_000;

    private final Process process;
    private final Consumer<FrontLine> heard;
    private final BlockingQueue<Optional<String>> lines = new ArrayBlockingQueue<>(QUEUE_LINES);
    private Instant lastSign = Instant.now();
    private long silentNanos;
    private boolean spoke;
    private boolean stopping;

    /** @param heard is given each line, and an empty one now and then while there is none */
    Watched(Process process, Consumer<FrontLine> heard) {
        this.process = process;
        this.heard = heard;
        Thread.ofPlatform().daemon().name("perdure-supervisor-output").start(this::pump);
    }

    /** How it ended. */
    sealed interface Ending {
        /** As it said itself. */
        record Told(FrontLine.End end) implements Ending {}

        /** Without a word. */
        record Gone(Instant lastSign, Instant noticed, String evidence) implements Ending {}
    }

    private void pump() {
        try (var reader = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.put(Optional.of(line));
            }
        } catch (IOException e) {
            // The pipe broke: the process has ended, which is all there is to say.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            while (!lines.offer(Optional.empty())) {
                Thread.onSpinWait();
            }
        }
    }

    /**
     * Watches until it has ended. A supervisor that shows no sign of life for seconds is ended for certain.
     *
     * @throws InterruptedException if the thread was interrupted; the run was asked to end then, and has ended in good order
     *     or was ended
     */
    Ending watch() throws InterruptedException {
        long last = System.nanoTime();
        while (true) {
            Optional<String> line = look();
            long now = System.nanoTime();
            silentNanos += Math.min(now - last, ATTENTIVE_NANOS);
            last = now;
            Optional<FrontLine> said = line == null ? Optional.of(FrontLine.ALIVE) : line.flatMap(FrontLine::parse);
            if (line != null) {
                silentNanos = 0;
                spoke = true;
                lastSign = line.isPresent() ? Instant.now() : lastSign;
            }
            if (line != null && line.isEmpty()) {
                return ended("it %s".formatted(describe(exit())));
            }
            said.ifPresent(heard);
            FrontLine.End end = said.map(FrontLine::end).orElse(null);
            if (end != null) {
                return told(end);
            }
            if (silentNanos > patience().toNanos()) {
                process.destroyForcibly();
                exit();
                return ended("it showed no sign of life for %d ms, and was killed".formatted(silentNanos / 1_000_000));
            }
        }
    }

    private Optional<String> look() throws InterruptedException {
        try {
            return lines.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            if (stopping) {
                throw e;
            }
            askToStop();
            return Optional.of(FrontLine.ALIVE.format());
        }
    }

    private Duration patience() {
        if (!spoke) {
            return START_MAX;
        }
        return stopping ? STOP_MAX : SILENCE_MAX;
    }

    private void askToStop() {
        stopping = true;
        try {
            process.getOutputStream().write((SuperviseCommand.STOP + "\n").getBytes(UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            // It has ended already, which shows at the next look.
        }
    }

    private Ending ended(String evidence) throws InterruptedException {
        if (stopping) {
            throw new InterruptedException(evidence);
        }
        return new Ending.Gone(lastSign, Instant.now(), evidence);
    }

    private Ending told(FrontLine.End end) throws InterruptedException {
        Duration patience = Jvm.isRecording() ? RECORDING_MAX : EXIT_MAX;
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
        }
        if (stopping && end.exitCode() == ExitCode.INTERRUPTED.code()) {
            throw new InterruptedException("it ended in good order");
        }
        return new Ending.Told(end);
    }

    private int exit() throws InterruptedException {
        process.destroyForcibly();
        return process.waitFor();
    }

    /** Returns what an exit value says, for a person. */
    static String describe(int exit) {
        return switch (exit) {
            case 128 + 9 -> "was killed by SIGKILL";
            case 128 + 15 -> "was ended by SIGTERM";
            default -> exit > 128 ? "was ended by signal " + (exit - 128) : "ended with exit code " + exit;
        };
    }
}

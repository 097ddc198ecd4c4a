package dev.perdure.cli;

import dev.perdure.training.ExitCode;
import dev.perdure.training.Incident;
import dev.perdure.training.RunListener;
import dev.perdure.training.TrainingEvent;
import java.io.PrintStream;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Tells a run on a terminal as it happens. What has happened stands in lines that stay: the start, each epoch with its
 * checkpoints, incidents and what was done about them, warnings, the end. What is happening stands in one line below
 * them that is rewritten in place, ten times a second at most. Where lines cannot be rewritten, a line of progress is
 * printed every ten seconds instead.
 *
 * <p>Text from outside cannot steer the terminal. Not thread-safe: it belongs to the supervisor's thread, as every
 * listener does.
 */
final class TerminalProgress implements RunListener, AutoCloseable {
    private static final long REDRAW_NANOS = 100_000_000L;
    private static final long REPORT_NANOS = 10_000_000_000L;
    private static final int UNBROKEN = 1_000_000;
    private static final String ERASE = "\r\u001b[K";

    private final PrintStream out;
    private final Terminal terminal;
    private final LongSupplier nanoTime;
    private final Paint paint;
    private final RunTelling telling;
    private final RunPace pace;
    private final Set<String> warned = new HashSet<>();
    private final Set<String> told = new HashSet<>();
    private final Set<String> problems = new HashSet<>();
    private final Set<String> unrecovered = new HashSet<>();
    private boolean started;
    private boolean ended;
    private boolean drawn;
    private long drawnNanos;
    private long stepReported;

    /** @param nanoTime as {@link System#nanoTime} */
    TerminalProgress(PrintStream out, Terminal terminal, LongSupplier nanoTime) {
        this.out = out;
        this.terminal = terminal;
        this.nanoTime = nanoTime;
        this.paint = Paint.on(terminal, out.charset());
        this.telling = new RunTelling(paint, terminal.interactive() ? terminal.width() - 1 : UNBROKEN);
        this.pace = new RunPace(nanoTime.getAsLong());
        this.drawnNanos = nanoTime.getAsLong();
    }

    @Override
    public void trainerStarted(ProcessHandle trainer) {
        pace.stage("starting", nanoTime.getAsLong());
        keep(paint.quiet("process " + trainer.pid() + " is started to train"));
    }

    @Override
    public void said(TrainingEvent event) {
        long now = nanoTime.getAsLong();
        pace.said(event, now);
        switch (event) {
            case TrainingEvent.Started s -> begin(s);
            case TrainingEvent.Restored r -> {
                problems.addAll(r.damage());
                keep(telling.restored(r));
            }
            case TrainingEvent.StepApplied _, TrainingEvent.Saved _ -> draw(false);
            case TrainingEvent.EpochEnded e -> keep(telling.epoch(e, pace.epochEnded(now)));
            case TrainingEvent.SaveFailed f -> saveFailed(f);
            case TrainingEvent.Warned w -> warn(w.warning());
            case TrainingEvent.Finished f -> end(telling.finished(f, pace.secondsTotal(now)));
            case TrainingEvent.Failed f -> failed(f);
        }
    }

    private void failed(TrainingEvent.Failed event) {
        if (ExitCode.isFinal(event.exitCode())) {
            problems.add(event.problem());
            end(telling.failed(event));
        }
    }

    private void begin(TrainingEvent.Started event) {
        if (!started) {
            started = true;
            keep(telling.started(event));
        }
    }

    private void saveFailed(TrainingEvent.SaveFailed event) {
        problems.add(event.problem());
        keep(telling.saveFailed(event));
    }

    private void warn(String warning) {
        if (warned.add(warning)) {
            keep(telling.warning(warning));
        }
    }

    @Override
    public void incident(Incident incident) {
        if (told.add(key(incident))) {
            boolean known = problems.stream().anyMatch(incident.evidence()::contains);
            keep(telling.incident(incident, known));
            if (Double.isNaN(incident.recoverMillis())) {
                unrecovered.add(key(incident));
                pace.trouble(incident, nanoTime.getAsLong());
            }
        }
        if (Double.isFinite(incident.recoverMillis()) && unrecovered.remove(key(incident))) {
            keep(telling.recovered(incident));
        }
    }

    private static String key(Incident incident) {
        return incident.at() + incident.kind() + incident.evidence();
    }

    @Override
    public void tick() {
        draw(false);
    }

    private void end(String lines) {
        ended = true;
        keep(lines);
    }

    /** Takes the live line away; what was told stays. */
    @Override
    public void close() {
        ended = true;
        keep("");
    }

    /** Prints lines that stay, above the live line. */
    private void keep(String lines) {
        var text = new StringBuilder(drawn ? ERASE : "");
        drawn = false;
        if (!lines.isEmpty()) {
            text.append(paint.encode(lines)).append(System.lineSeparator());
        }
        print(text.toString());
        if (terminal.interactive()) {
            draw(true);
        }
    }

    private void draw(boolean atOnce) {
        long now = nanoTime.getAsLong();
        long since = now - drawnNanos;
        if (ended) {
            return;
        }
        if (terminal.interactive()) {
            if (atOnce || since >= REDRAW_NANOS) {
                drawnNanos = now;
                drawn = true;
                print(ERASE + paint.encode(pace.line(now).fitted(terminal.width() - 1, paint)));
            }
        } else if (since >= REPORT_NANOS && pace.step() != stepReported) {
            drawnNanos = now;
            stepReported = pace.step();
            print(paint.encode(pace.line(now).words().strip()) + System.lineSeparator());
        }
    }

    private void print(String text) {
        if (!text.isEmpty()) {
            out.print(text);
            out.flush();
        }
    }
}

package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.training.Incident;
import dev.perdure.training.RunListener;
import dev.perdure.training.TrainingEvent;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Says what a supervisor has to tell, on a thread of its own: whoever should read it may be stopped or gone, and the
 * supervisor goes on. What is not read in time is not said; everything that lasts stands in the run's folder as well.
 */
final class FrontLines implements RunListener {
    private static final int UNREAD_MAX = 10_000;
    private static final long ALIVE_NANOS = 100_000_000L;
    private static final int PATIENCE_SECONDS = 2;

    private final BlockingQueue<FrontLine> unread = new ArrayBlockingQueue<>(UNREAD_MAX);
    private final OutputStream out;
    private final LongSupplier nanoTime;
    private final Thread writer;
    private long aliveNanos;

    FrontLines(OutputStream out, LongSupplier nanoTime) {
        this.out = out;
        this.nanoTime = nanoTime;
        this.aliveNanos = nanoTime.getAsLong() - ALIVE_NANOS;
        this.writer = Thread.ofPlatform().daemon().name("perdure-lines").start(this::write);
    }

    private void write() {
        try {
            while (true) {
                var lines = new ArrayList<FrontLine>();
                lines.add(unread.take());
                unread.drainTo(lines);
                var text = new StringBuilder();
                lines.forEach(line -> text.append(line.format()).append('\n'));
                out.write(text.toString().getBytes(UTF_8));
                out.flush();
                if (lines.getLast().end() != null) {
                    return;
                }
            }
        } catch (IOException e) {
            // Nobody reads any more: from now on nothing is said.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void say(FrontLine line) {
        boolean _ = unread.offer(line);
    }

    @Override
    public void trainerStarted(ProcessHandle trainer) {
        say(FrontLine.started(trainer.pid()));
    }

    @Override
    public void teamFormed(int members) {
        say(FrontLine.formed(members));
    }

    @Override
    public void said(TrainingEvent event) {
        say(FrontLine.said(event));
    }

    @Override
    public void incident(Incident incident) {
        say(FrontLine.incident(incident));
    }

    /** Says ten times a second that it lives. */
    @Override
    public void tick() {
        long now = nanoTime.getAsLong();
        if (now - aliveNanos >= ALIVE_NANOS) {
            aliveNanos = now;
            say(FrontLine.ALIVE);
        }
    }

    /** Says the last line, and waits a little until it is read. */
    void end(FrontLine.End end) throws InterruptedException {
        boolean _ = unread.offer(FrontLine.end(end), PATIENCE_SECONDS, TimeUnit.SECONDS);
        writer.join(PATIENCE_SECONDS * 1000L);
    }
}

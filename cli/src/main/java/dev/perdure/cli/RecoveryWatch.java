package dev.perdure.cli;

import dev.perdure.training.Incident;
import dev.perdure.training.RunListener;
import dev.perdure.training.TrainingEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Looks on while a team trains, hits a random worker whenever the team is complete and has stepped a while, and notes when
 * what followed was seen. All on the supervisor's thread.
 */
final class RecoveryWatch implements RunListener {
    private static final int STEPS_BETWEEN = 30;

    private final Random random;
    private final int workers;
    private final int hits;
    private final Consumer<ProcessHandle> hit;
    private final Runnable enough;
    private final List<ProcessHandle> started = new ArrayList<>();
    private final List<Recovery> recoveries = new ArrayList<>();
    private final List<Double> stepMillis = new ArrayList<>();
    private final List<Double> joinMillis = new ArrayList<>();
    private OptionalLong hitNanos = OptionalLong.empty();
    private OptionalLong noticedNanos = OptionalLong.empty();
    private OptionalLong formedNanos = OptionalLong.empty();
    private boolean joining;
    private long step;
    private long redone;
    private long nextHit = Long.MAX_VALUE;

    /**
     * One recovery, in milliseconds.
     *
     * @param noticed from the hit until the supervisor noted an incident
     * @param linedUp from there until all who are left stand still and the next generation is decided
     * @param stepped from there until the supervisor heard of the next step: the decision is made durable, the group meets,
     *     copies state if it must, and steps
     */
    record Recovery(double noticed, double linedUp, double stepped) {
        double all() {
            return noticed + linedUp + stepped;
        }
    }

    /**
     * Prepares to look on.
     *
     * @param hit does something to a worker
     * @param enough is called after the last recovery and the joining of the last replacement
     */
    RecoveryWatch(Random random, int workers, int hits, Consumer<ProcessHandle> hit, Runnable enough) {
        this.random = random;
        this.workers = workers;
        this.hits = hits;
        this.hit = hit;
        this.enough = enough;
    }

    List<Recovery> recoveries() {
        return List.copyOf(recoveries);
    }

    /** Returns the time between steps while nothing happened. */
    List<Double> stepMillis() {
        return List.copyOf(stepMillis);
    }

    /** Returns the time between the last step before a replacement joined and the first after, as the leader saw it. */
    List<Double> joinMillis() {
        return List.copyOf(joinMillis);
    }

    /** Returns how many steps were applied twice. */
    long redone() {
        return redone;
    }

    boolean done() {
        return recoveries.size() >= hits && joinMillis.size() >= hits;
    }

    @Override
    public void trainerStarted(ProcessHandle worker) {
        started.add(worker);
    }

    @Override
    public void incident(Incident incident) {
        if (hitNanos.isPresent() && noticedNanos.isEmpty()) {
            noticedNanos = OptionalLong.of(System.nanoTime());
        }
    }

    @Override
    public void teamFormed(int members) {
        if (noticedNanos.isPresent()) {
            formedNanos = OptionalLong.of(System.nanoTime());
        }
        joining = members == workers && noticedNanos.isEmpty() && step > 0;
        nextHit = members == workers ? step + STEPS_BETWEEN : Long.MAX_VALUE;
    }

    @Override
    public void said(TrainingEvent event) {
        if (!(event instanceof TrainingEvent.StepApplied applied)) {
            return;
        }
        long now = System.nanoTime();
        redone += applied.step() <= step ? 1 : 0;
        step = Math.max(step, applied.step());
        if (formedNanos.isPresent()) {
            recovered(now);
        } else if (joining) {
            joinMillis.add(applied.millis());
            joining = false;
        } else if (hitNanos.isEmpty()) {
            stepMillis.add(applied.millis());
        }
        if (done()) {
            enough.run();
        } else if (step >= nextHit && hitNanos.isEmpty()) {
            strike();
        }
    }

    private void recovered(long now) {
        long noticed = noticedNanos.orElseThrow();
        long formed = formedNanos.orElseThrow();
        recoveries.add(
                new Recovery((noticed - hitNanos.orElseThrow()) / 1e6, (formed - noticed) / 1e6, (now - formed) / 1e6));
        hitNanos = OptionalLong.empty();
        noticedNanos = OptionalLong.empty();
        formedNanos = OptionalLong.empty();
        BenchCommand.progress("recovery %d of %d".formatted(recoveries.size(), hits));
    }

    private void strike() {
        started.removeIf(worker -> !worker.isAlive());
        nextHit = Long.MAX_VALUE;
        hitNanos = OptionalLong.of(System.nanoTime());
        hit.accept(started.get(random.nextInt(started.size())));
    }
}

package dev.perdure.routing;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

/** A process that answers, and everything that can be wrong with it. */
final class SimReplica {
    /** An attempt that it has, or a golden inference when {@code probe} is not 0. */
    record Job(RequestId request, int attempt, List<String> digests, long probe) {}

    private static final int THREADS = 2;
    private static final int QUEUE_MAX = 64;
    private static final long KNOWN_WITHIN_NANOS = 100_000_000;

    final World world;
    final ReplicaId id;
    boolean isReady;
    boolean isDead;
    boolean isNan;
    long wrongSince = -1;
    boolean wasSlow;
    double slowness = 1;
    double errors;
    long done;

    private final SplittableRandom own;
    private final Deque<Job> queue = new ArrayDeque<>();
    private final List<Job> computing = new ArrayList<>();
    private long stoppedUntil;
    private long stoppedNanos;
    private long stuckSince = -1;
    private long stuckNanos;
    private long unheardBeforeWrong;

    SimReplica(World world, ReplicaId id) {
        this.world = world;
        this.id = id;
        this.own = new SplittableRandom(id.hashCode());
    }

    /** What happens in this process happens later while it is stopped, and not at all once it is dead. */
    void in(long delay, Runnable what) {
        world.in(delay, () -> {
            if (isDead) {
                return;
            }
            if (isStopped()) {
                in(stoppedUntil - world.now, what);
            } else {
                what.run();
            }
        });
    }

    void start() {
        double fate = world.random.nextDouble();
        if (world.isFaulty() && fate < 0.05) {
            world.tell(world.delay(), new FleetEvent.NotStarted(id, "no such file"));
            isDead = true;
            return;
        }
        if (world.isFaulty() && fate < 0.1) {
            in(world.millis(1, 200), () -> die(134));
            return;
        }
        in(world.start(), () -> {
            isReady = true;
            world.tell(world.delay(), new FleetEvent.Ready(id));
            beat();
        });
    }

    void beat() {
        world.tell(world.delay(), new FleetEvent.Beat(id, done, queue.size() + computing.size()));
        in(world.millis(48, 52), this::beat);
    }

    void die(int exit) {
        if (!isDead) {
            isDead = true;
            world.note(() -> id + " dies with " + exit);
            long known = world.millis(1, 5);
            if (world.random.nextBoolean()) {
                world.tell(world.millis(0, 2), new FleetEvent.Ending(id, "its process ends"));
                known = (long) (known * (1 + 24 * own.nextDouble())); // it has memory to give back
            }
            if (known > KNOWN_WITHIN_NANOS) {
                world.tell(KNOWN_WITHIN_NANOS, new FleetEvent.Disconnected(id, "reset by peer"));
            }
            world.tell(known, new FleetEvent.Exited(id, exit));
        }
    }

    /** Gives it no time until then, or until it was stopped for anyway. */
    void stopUntil(long until) {
        long from = Math.max(world.now, stoppedUntil);
        stoppedNanos += Math.max(0, until - from);
        stoppedUntil = Math.max(stoppedUntil, until);
    }

    boolean isStopped() {
        return world.now < stoppedUntil;
    }

    /** From now on it begins nothing that it is sent, golden inferences neither. */
    void stick() {
        stuckSince = isStuck() ? stuckSince : world.now - stoppedSoFar();
    }

    boolean isStuck() {
        return stuckSince >= 0;
    }

    /** From now on it answers wrongly. */
    void turnWrong() {
        if (wrongSince < 0) {
            wrongSince = world.now;
            unheardBeforeWrong = unheardNanos();
        }
    }

    /**
     * Returns for how long it could have been seen to be wrong: while it is stopped or stuck it computes nothing, no golden
     * inference either, and while the gateway stands still nobody looks.
     */
    long wrongNanos() {
        return world.now - wrongSince - (unheardNanos() - unheardBeforeWrong);
    }

    private long unheardNanos() {
        return stoppedSoFar() + stuckNanos + stuckNow() + world.gatewayAwaySoFar();
    }

    private long stoppedSoFar() {
        return stoppedNanos - Math.max(0, stoppedUntil - world.now);
    }

    /** Returns how long it has been stuck now, without the time that it is stopped for as well. */
    private long stuckNow() {
        return isStuck() ? world.now - stoppedSoFar() - stuckSince : 0;
    }

    void take(Job job) {
        if (queue.size() >= QUEUE_MAX) {
            world.failed(job, Event.Cause.TURNED_AWAY);
            return;
        }
        if (job.probe() != 0) {
            queue.addFirst(job);
        } else {
            queue.addLast(job);
        }
        next();
    }

    private void next() {
        while (computing.size() < THREADS && !queue.isEmpty() && !isStuck()) {
            Job job = queue.removeFirst();
            computing.add(job);
            in((long) (world.service() * slowness), () -> finish(job));
        }
    }

    void unstick() {
        stuckNanos += stuckNow();
        stuckSince = -1;
        next();
    }

    private void finish(Job job) {
        computing.remove(job);
        if (job.digests().stream().anyMatch(world::isPoison)) {
            world.killedBy(job.digests());
            die(139);
            return;
        }
        done++;
        if (job.probe() != 0) {
            probed(job);
        } else if (world.random.nextDouble() < errors) {
            world.failed(job, Event.Cause.ERROR);
        } else {
            world.answered(this, job);
        }
        next();
    }

    private void probed(Job job) {
        FleetEvent.Golden result = wrongSince >= 0 || isNan
                ? new FleetEvent.Golden.Wrong("3 of 4 values differ")
                : world.random.nextDouble() < errors
                        ? new FleetEvent.Golden.Failed("exception")
                        : new FleetEvent.Golden.Right();
        world.tell(world.delay(), new FleetEvent.Probed(id, job.probe(), result));
    }

    String output(String digest) {
        String right = World.right(id.version(), digest);
        return wrongSince >= 0 ? "wrong " + right : right;
    }
}

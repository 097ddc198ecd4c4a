package dev.perdure.supervision;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A worker process as its shell will behave: what it does with each word, and how it finds its supervisor. */
final class SimWorker {
    final WorkerId id;
    final long pid;
    private final World world;

    OptionalLong position = OptionalLong.empty();
    long steps;
    /** Its state. */
    long bits;
    /** Whether its arithmetic is wrong, and whether only in one step. */
    boolean isMiscomputing;

    boolean miscomputesOnce;

    Share share;
    Progress.Phase phase = Progress.Phase.IDLE;
    boolean hangs;
    /** Whether it does nothing that it is told, while it shows that it is alive. */
    boolean deaf;

    private final String build;
    boolean alive = true;
    private long stoppedUntil;
    private long cutUntil;
    Optional<SimGroup> group = Optional.empty();
    /** The group it has met for while it steps in another, or in none yet. */
    private Optional<SimGroup> ahead = Optional.empty();

    private boolean goesOver;
    private Optional<SimShell> shell = Optional.empty();
    private long connection;
    private long epoch;
    private long askedEpoch;
    private long askedFor;
    private boolean done;

    SimWorker(World world, WorkerId id, long pid, long pause) {
        this.world = world;
        this.id = id;
        this.pid = pid;
        share = new Share(id, 0, 0);
        build = world.isFaultDue(0.02) ? "another build" : World.BUILD;
        world.in(pause + world.millis(20, 200), this::live);
    }

    private long generation() {
        return group.map(g -> g.generation.number()).orElse(0L);
    }

    boolean isAway() {
        return !alive || world.now < stoppedUntil || world.now < cutUntil;
    }

    void stop(long nanos) {
        stoppedUntil = world.now + nanos;
    }

    void cut(long nanos) {
        cutUntil = world.now + nanos;
    }

    /** Does something once the process is not stopped, if it lives to see that. */
    void whenAwake(Runnable what) {
        if (!alive) {
            return;
        }
        if (world.now < stoppedUntil) {
            world.in(stoppedUntil - world.now + 1, () -> whenAwake(what));
        } else {
            what.run();
        }
    }

    /** Every tenth of a second: a sign of life, or a look for a supervisor. */
    private void live() {
        whenAwake(() -> {
            if (shell.isPresent() && (!shell.get().alive || world.isOutdated(shell.get()))) {
                disconnect("it has moved");
            }
            if (shell.isEmpty()) {
                world.listening().ifPresent(this::connect);
            } else {
                say(new FromWorker.Heartbeat(id, generation(), new Progress(position.orElse(0), phase, -1)));
            }
            world.in(world.millis(95, 105), this::live);
        });
    }

    private void connect(SimShell to) {
        shell = Optional.of(to);
        connection = to.connect(this);
        say(new FromWorker.Join(id, "host", pid, build, World.CONFIGURATION, generation(), position));
    }

    void disconnect(String why) {
        shell.ifPresent(old -> old.tell(new Event.ConnectionLost(connection, id, why), world.millis(0, 20)));
        shell = Optional.empty();
    }

    void say(FromWorker message) {
        if (shell.isEmpty() || !alive) {
            return;
        }
        if (world.isFaultDue(world.crashPerMessage)) {
            die(134);
            return;
        }
        long delay = Math.max(0, cutUntil - world.now) + world.millis(0, 4);
        shell.get().tell(new Event.Said(connection, message), delay);
        if (world.isFaultDue(world.duplicates)) {
            shell.get().tell(new Event.Said(connection, message), delay + world.millis(0, 300));
        }
    }

    void hear(long on, ToWorker message) {
        if (alive && world.now < cutUntil) {
            world.in(cutUntil - world.now + 1, () -> hear(on, message));
            return;
        }
        whenAwake(() -> {
            if (on != connection || message.epoch() < epoch) {
                return; // a connection of before, or a supervisor of before
            }
            epoch = message.epoch();
            if (world.isFaultDue(world.crashPerMessage)) {
                die(134);
                return;
            }
            obey(message);
        });
    }

    private void obey(ToWorker message) {
        switch (message) {
            case ToWorker.Welcome _ -> {
                if (done) {
                    sayDone();
                }
            }
            case ToWorker.Refused _ -> world.in(world.millis(1, 50), () -> die(2));
            case ToWorker.Stop _ -> {
                say(new FromWorker.Leaves(id, generation(), false, "told to"));
                world.in(world.millis(1, 50), () -> whenAwake(() -> die(0)));
            }
            case ToWorker.Prepare _ when deaf -> {}
            case ToWorker.Prepare prepare -> prepare(prepare);
            case ToWorker.Form form -> form(form);
            case ToWorker.Extend _ when deaf -> {}
            case ToWorker.Extend extend -> extend(extend.generation());
            case ToWorker.Switch over -> goesOver |= isAheadFor(over.generation());
        }
    }

    private boolean isAheadFor(long number) {
        return ahead.isPresent() && ahead.get().generation.number() == number;
    }

    private void extend(Generation next) {
        if (next.number() < askedFor || next.number() <= generation() || isAheadFor(next.number())) {
            return;
        }
        giveUpAhead();
        SimGroup coming = world.group(next);
        ahead = Optional.of(coming);
        coming.meetAhead(this);
    }

    private void giveUpAhead() {
        Optional<SimGroup> left = ahead;
        ahead = Optional.empty();
        goesOver = false;
        left.ifPresent(coming -> coming.leaveAhead(this));
    }

    /** Returns where it is ready to go after the next step. */
    Optional<SimGroup> goesOver() {
        return goesOver ? ahead : Optional.empty();
    }

    /** Leaves the group that it steps in, if any, in good order. */
    void goOver() {
        if (ahead.isEmpty()) {
            return;
        }
        SimGroup next = ahead.get();
        group.ifPresent(old -> old.leaveInOrder(this));
        ahead = Optional.empty();
        goesOver = false;
        group = Optional.of(next);
        askedFor = next.generation.number() + 1;
        share = next.generation.shares().get(next.generation.rankOf(id).orElseThrow());
        next.enter(this);
    }

    Optional<SimGroup> ahead() {
        return ahead;
    }

    private void prepare(ToWorker.Prepare prepare) {
        boolean isOld = prepare.epoch() == askedEpoch && prepare.generation() < askedFor;
        if (isOld || prepare.generation() <= generation()) {
            return;
        }
        askedEpoch = prepare.epoch();
        askedFor = prepare.generation();
        boolean meets = group.isEmpty() && ahead.isPresent();
        leaveGroup();
        world.in(
                meets && world.isFaultDue(0.3) ? world.millis(200, 5_000) : world.millis(0, 20),
                () -> whenAwake(() -> {
                    if (askedFor == prepare.generation() && group.isEmpty()) {
                        say(new FromWorker.Ready(id, prepare.generation(), position));
                    }
                }));
    }

    private void form(ToWorker.Form form) {
        Generation generation = form.generation();
        if (form.epoch() != askedEpoch || generation.number() != askedFor || group.isPresent()) {
            return;
        }
        askedFor = generation.number() + 1; // a word for this one that comes twice is old
        share = generation.shares().get(generation.rankOf(id).orElseThrow());
        SimGroup joined = world.group(generation);
        group = Optional.of(joined);
        joined.arrive(this);
    }

    private void leaveGroup() {
        giveUpAhead();
        Optional<SimGroup> left = group;
        group = Optional.empty();
        done = false;
        phase = Progress.Phase.IDLE;
        left.ifPresent(g -> g.leave(this));
    }

    void groupBroken(SimGroup which, String evidence) {
        if (!alive || group.isEmpty() || group.get() != which) {
            return;
        }
        long broken = generation();
        leaveGroup();
        say(new FromWorker.Broken(id, broken, position, evidence));
    }

    /** A step's gradients came out different when they were computed again. */
    void miscomputed(SimGroup which, List<WorkerId> culprits) {
        if (alive && group.isPresent() && group.get() == which) {
            var said = new FromWorker.Miscomputed(
                    id, generation(), position.orElse(-1), culprits, "a microbatch computed again");
            leaveGroup();
            say(said);
        }
    }

    /** Returns what its arithmetic adds to a gradient. */
    long error() {
        boolean isWrong = isMiscomputing;
        isMiscomputing &= !miscomputesOnce;
        return isWrong ? 1 : 0;
    }

    void finished(SimGroup which) {
        whenAwake(() -> {
            if (group.isPresent() && group.get() == which) {
                done = true;
                phase = Progress.Phase.IDLE;
                sayDone();
            }
        });
    }

    private void sayDone() {
        say(new FromWorker.Done(id, generation(), steps + ":" + bits));
    }

    void saves() {
        long saved = position.orElse(0);
        long savedBits = bits;
        int writer = world.writer;
        world.in(world.millis(10, 60), () -> {
            if (alive) {
                world.publish(writer, saved, savedBits);
            }
        });
    }

    void die(int exit) {
        if (!alive) {
            return;
        }
        alive = false;
        disconnect("reset");
        leaveGroup();
        world.exited(this, exit);
    }
}

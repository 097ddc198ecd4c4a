package dev.perdure.supervision;

import java.util.HashMap;
import java.util.Map;

/** A supervisor process: it feeds the machine, and does what the machine says, one after the other. */
final class SimShell {
    final long epoch;
    boolean alive = true;
    private final World world;
    private final Machine machine;
    private final Map<Long, SimWorker> connections = new HashMap<>();
    private long frozenUntil;

    /** What is simulated: the real one, or one that was broken to see whether anybody notices. */
    interface Machine {
        Step on(Event event, long nowNanos);
    }

    SimShell(World world, long epoch, Machine machine) {
        this.world = world;
        this.epoch = epoch;
        this.machine = machine;
        tick();
    }

    private void tick() {
        if (alive) {
            deliver(new Event.Tick());
            world.in(50_000_000, this::tick);
        }
    }

    boolean listens() {
        return alive && world.now >= frozenUntil;
    }

    void freeze(long nanos) {
        frozenUntil = world.now + nanos;
    }

    long connect(SimWorker worker) {
        long connection = world.nextConnection++;
        connections.put(connection, worker);
        return connection;
    }

    void tell(Event event, long delay) {
        world.in(delay, () -> deliver(event));
    }

    private void deliver(Event event) {
        if (!alive) {
            return;
        }
        if (world.now < frozenUntil) {
            world.in(frozenUntil - world.now, () -> deliver(event));
            return;
        }
        Step step = machine.on(event, world.now);
        world.note(() -> "epoch %d: %s -> %s".formatted(epoch, event, step.commands()));
        for (Command command : step.commands()) {
            if (world.isFaultDue(world.crashPerCommand)) {
                crash();
            }
            if (!alive) {
                return;
            }
            act(command);
        }
    }

    void crash() {
        alive = false;
        world.note(() -> "supervisor of epoch %d dies".formatted(epoch));
        world.succeed();
    }

    private void act(Command command) {
        switch (command) {
            case Command.Send send -> send(send);
            case Command.Launch _
            when world.registry.epoch > epoch -> tell(new Event.Superseded(world.registry.epoch), 0);
            case Command.Launch launch -> {
                world.saw(new Observation.Launched(epoch, launch.worker()));
                world.launch(this, launch.worker(), launch.pause());
            }
            case Command.Kill kill -> {
                world.saw(new Observation.Killed(epoch, kill.worker()));
                world.kill(kill.worker());
            }
            case Command.Write write -> world.in(world.millis(0, 3), () -> write(write));
            case Command.Finish finish -> {
                alive = false;
                world.saw(new Observation.Finished(epoch, finish.outcome()));
                world.finished(finish.outcome());
            }
        }
    }

    private void send(Command.Send send) {
        if (send.message() instanceof ToWorker.Form form) {
            world.saw(new Observation.FormSent(epoch, form.generation()));
        } else if (send.message() instanceof ToWorker.Extend extend) {
            world.saw(new Observation.FormSent(epoch, extend.generation()));
        }
        SimWorker to = connections.get(send.connection());
        if (to == null) {
            return;
        }
        world.in(world.millis(0, 4), () -> to.hear(send.connection(), send.message()));
        if (world.isFaultDue(world.duplicates)) {
            world.in(world.millis(0, 300), () -> to.hear(send.connection(), send.message()));
        }
    }

    private void write(Command.Write write) {
        if (world.registry.epoch > epoch) {
            tell(new Event.Superseded(world.registry.epoch), 0);
        } else if (world.now < world.registry.lockedUntil) {
            tell(new Event.NotWritten(write.batch(), "locked"), world.millis(0, 3));
        } else {
            int doubts = world.registry.doubts;
            world.registry.append(write.facts());
            if (world.registry.doubts > doubts) {
                world.doubted();
            }
            tell(new Event.Written(write.batch()), world.millis(0, 3));
        }
    }
}

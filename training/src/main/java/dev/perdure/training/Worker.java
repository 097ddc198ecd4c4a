package dev.perdure.training;

import dev.perdure.core.State;
import dev.perdure.engine.Collective;
import dev.perdure.engine.CollectiveFailedException;
import dev.perdure.engine.Collectives;
import dev.perdure.engine.Engine;
import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.Generation;
import dev.perdure.supervision.Progress;
import dev.perdure.supervision.ToWorker;
import dev.perdure.supervision.WorkerId;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of the processes that train a model together. It does what its supervisor says: stands still, forms a group with
 * others, takes the state of whoever is ahead, and steps until the group breaks or all steps are applied. It may be killed at
 * any moment; what it knew, the others know.
 *
 * <p>Two threads: one steps, the link's own takes orders. An order to stand still breaks off whatever exchange the first is
 * in. When its supervisor is gone it steps on, and waits for a successor only when its group breaks.
 */
public final class Worker implements WorkerLink.Side {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
    private static final Duration MEETING_PATIENCE = Duration.ofSeconds(10);
    private static final Duration LOOK_AROUND = Duration.ofMillis(200);

    private final WorkerId id;
    private final String configuration;
    private final Optional<Replica> opened;
    private final Optional<RunFailure> failed;
    private final Collectives collectives;
    private final Duration aloneMax;
    private final BlockingQueue<ToWorker> orders = new LinkedBlockingQueue<>();
    private final Object meeting = new Object();
    private final WorkerLink link;
    private @Nullable Collective group;
    private @Nullable Thread waitingForOthers;
    private volatile long epoch;
    private volatile long prepared;
    private volatile long generation;
    private volatile boolean stepping;

    /**
     * Opens data and model, and connects to the supervisor; when the former fails, to say so.
     *
     * @param replica opens this worker's copy of the model
     * @param aloneMax how long a worker that cannot step waits for a supervisor before it ends
     */
    Worker(
            WorkerId id,
            String configuration,
            ReplicaOpener replica,
            Collectives collectives,
            WorkerLink.Opener links,
            Duration aloneMax)
            throws InterruptedException {
        this.id = id;
        this.configuration = configuration;
        this.collectives = collectives;
        this.aloneMax = aloneMax;
        Replica opened = null;
        RunFailure failed = null;
        try {
            opened = replica.open();
            opened.warmUp();
        } catch (IOException | RuntimeException e) {
            LOG.error("data or model cannot be opened", e);
            failed = RunFailure.of(e);
        }
        this.opened = Optional.ofNullable(opened);
        this.failed = Optional.ofNullable(failed);
        this.link = links.open(this);
    }

    /** Opens a worker's copy of the model. */
    interface ReplicaOpener {
        Replica open() throws IOException;
    }

    /**
     * Is a worker until it is told to end.
     *
     * @param aloneMax how long a worker that cannot step waits for a supervisor before it ends
     */
    public static ExitCode run(
            WorkerId id,
            RunFolder folder,
            Engine engine,
            Collectives collectives,
            WorkerLink.Opener links,
            Probe probe,
            Duration aloneMax,
            boolean changedDataAllowed)
            throws InterruptedException {
        RunConfig config = folder.readConfig();
        return new Worker(
                        id,
                        config.digest(),
                        () -> Replica.open(folder, config, engine, probe, changedDataAllowed),
                        probe.around(collectives),
                        probe.around(links),
                        aloneMax)
                .run();
    }

    @Override
    public FromWorker.Join join() {
        return new FromWorker.Join(
                id,
                Hosts.name(),
                ProcessHandle.current().pid(),
                Builds.id(),
                configuration,
                stepping ? generation : 0,
                opened.map(Replica::position).orElse(OptionalLong.empty()));
    }

    @Override
    public FromWorker.Heartbeat heartbeat() {
        return new FromWorker.Heartbeat(
                id, generation, opened.map(Replica::progress).orElse(new Progress(0, Progress.Phase.IDLE, -1)));
    }

    @Override
    public void ordered(ToWorker order) {
        if (order.epoch() < epoch) {
            LOG.warn(
                    "refused an order of epoch {} (a supervisor of epoch {} was heard): {}",
                    order.epoch(),
                    epoch,
                    order);
            return;
        }
        epoch = order.epoch();
        switch (order) {
            case ToWorker.Welcome _, ToWorker.Form _ -> orders.add(order);
            case ToWorker.Prepare prepare -> {
                prepared = Math.max(prepared, prepare.generation());
                orders.add(order);
                breakOff();
            }
            case ToWorker.Refused _, ToWorker.Stop _ -> {
                prepared = Long.MAX_VALUE;
                orders.add(order);
                breakOff();
            }
        }
    }

    /** Makes the stepping thread stand still soon: at the latest when it next needs another member. */
    private void breakOff() {
        synchronized (meeting) {
            if (waitingForOthers != null) {
                waitingForOthers.interrupt();
            }
            if (group != null) {
                group.abort();
            }
        }
    }

    /**
     * Follows orders until it is told to end.
     *
     * @return how to end; anything but {@link ExitCode#OK} was said to the supervisor as well
     */
    ExitCode run() throws InterruptedException {
        try {
            return opened.isPresent() ? follow(opened.get()) : sayFailed();
        } catch (IOException | RuntimeException e) {
            LOG.error("cannot go on", e);
            return leave(RunFailure.of(e));
        } finally {
            link.close();
            opened.ifPresent(Replica::close);
        }
    }

    /** Waits to be let in, since nothing that is said before is heard. */
    private ExitCode sayFailed() throws InterruptedException {
        while (link.alone().compareTo(aloneMax) <= 0) {
            ToWorker order = orders.poll(LOOK_AROUND.toMillis(), TimeUnit.MILLISECONDS);
            if (order != null) {
                break;
            }
        }
        return leave(failed.orElseThrow());
    }

    private ExitCode leave(RunFailure failure) {
        say(failure.event());
        link.send(new FromWorker.Leaves(
                id, generation, ExitCode.isFinal(failure.code().code()), failure.problem()));
        return failure.code();
    }

    private void say(TrainingEvent event) {
        link.send(new FromWorker.Told(id, generation, EventLines.format(event)));
    }

    private ExitCode follow(Replica replica) throws IOException, InterruptedException {
        while (true) {
            ToWorker order = orders.poll(LOOK_AROUND.toMillis(), TimeUnit.MILLISECONDS);
            switch (order) {
                case null -> {
                    if (link.alone().compareTo(aloneMax) > 0) {
                        LOG.error("no supervisor for {} s: this worker ends", aloneMax.toSeconds());
                        return ExitCode.INTERRUPTED;
                    }
                }
                case ToWorker.Welcome _ -> {}
                case ToWorker.Prepare prepare -> {
                    if (prepare.generation() >= prepared) {
                        link.send(new FromWorker.Ready(id, prepare.generation(), replica.position()));
                    }
                }
                case ToWorker.Form form -> {
                    if (form.generation().number() >= prepared) {
                        take(replica, form.generation());
                    }
                }
                case ToWorker.Stop stop -> {
                    LOG.info("told to end: {}", stop.reason());
                    return ExitCode.OK;
                }
                case ToWorker.Refused refused -> {
                    LOG.error("not let in: {}", refused.reason());
                    return ExitCode.BAD_SETTING;
                }
            }
        }
    }

    /** Takes part in a generation until it is over. */
    private void take(Replica replica, Generation next) throws IOException, InterruptedException {
        int rank = next.rankOf(id)
                .orElseThrow(() -> new IllegalStateException("%s is no member of %s".formatted(id, next)));
        generation = next.number();
        stepping = true;
        try (Collective met = meet(replica, next, rank)) {
            Team team = new Team(met, sharesOf(next), () -> prepared > next.number());
            replica.joins(team, this::say);
            copyState(replica, next, team);
            link.send(
                    new FromWorker.Formed(id, next.number(), replica.position().orElseThrow()));
            String weights = replica.train(team, this::stands);
            link.send(new FromWorker.Done(id, next.number(), weights));
        } catch (CollectiveFailedException e) {
            if (prepared <= next.number()) {
                LOG.info("generation {} is broken: {}", next.number(), e.getMessage());
                link.send(new FromWorker.Broken(id, next.number(), replica.position(), String.valueOf(e.getMessage())));
            }
        } finally {
            synchronized (meeting) {
                group = null;
            }
            stepping = false;
            replica.rests();
        }
    }

    private Collective meet(Replica replica, Generation next, int rank) throws InterruptedException {
        replica.enters(Phase.MEET);
        synchronized (meeting) {
            waitingForOthers = Thread.currentThread();
        }
        Collective met = null;
        try {
            met = collectives.meet(next.meetingPoint(), rank, next.shares().size(), next.number(), MEETING_PATIENCE);
        } catch (InterruptedException e) {
            LOG.debug("the meeting of generation {} was called off", next.number());
        } finally {
            synchronized (meeting) {
                waitingForOthers = null;
                group = met;
                boolean calledOff = Thread.interrupted() || prepared > next.number();
                if (met != null && calledOff) {
                    met.abort();
                }
            }
        }
        if (met == null) {
            throw new CollectiveFailedException("meeting", id.name(), "it was called off");
        }
        return met;
    }

    private static List<Span> sharesOf(Generation next) {
        return next.shares().stream()
                .map(share -> new Span(share.from(), share.to()))
                .toList();
    }

    /** Brings all members to the source's state. */
    private void copyState(Replica replica, Generation next, Team team) throws IOException {
        if (next.position().isEmpty() && team.rank() == next.source()) {
            replica.restoreOrBegin(team);
        }
        replica.enters(Phase.COPY);
        long own = replica.position().orElse(-1);
        List<long[]> positions = team.group().gatherLongs(own);
        long wanted = positions.get(next.source())[0];
        Set<Integer> receivers = new HashSet<>();
        for (int rank = 0; rank < positions.size(); rank++) {
            boolean stale = next.position().isEmpty() || positions.get(rank)[0] != wanted;
            if (rank != next.source() && stale) {
                receivers.add(rank);
            }
        }
        boolean receives = receivers.contains(team.rank());
        if (receives) {
            replica.losesItsState();
        }
        State copied = StateCopy.run(team.group(), next.source(), receivers, replica.state());
        if (receives) {
            replica.take(copied);
        }
    }

    private void stands(long position, long digest) {
        link.send(new FromWorker.Stands(id, generation, position, digest));
    }
}

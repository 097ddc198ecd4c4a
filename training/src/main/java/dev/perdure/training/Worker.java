package dev.perdure.training;

import dev.perdure.core.State;
import dev.perdure.engine.Collective;
import dev.perdure.engine.CollectiveFailedException;
import dev.perdure.engine.Collectives;
import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.Generation;
import dev.perdure.supervision.ToWorker;
import dev.perdure.supervision.WorkerId;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
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
    private final String host;
    private final Replica replica;
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

    /**
     * Connects to the supervisor.
     *
     * @param replica this worker's copy of the model
     * @param aloneMax how long a worker that cannot step waits for a supervisor before it ends
     */
    Worker(
            WorkerId id,
            String host,
            Replica replica,
            Collectives collectives,
            WorkerLink.Opener links,
            Duration aloneMax) {
        this.id = id;
        this.host = host;
        this.replica = replica;
        this.collectives = collectives;
        this.aloneMax = aloneMax;
        this.link = links.open(this);
    }

    @Override
    public FromWorker.Join join() {
        return new FromWorker.Join(
                id,
                host,
                ProcessHandle.current().pid(),
                replica.build(),
                replica.configuration(),
                generation,
                replica.position());
    }

    @Override
    public FromWorker.Heartbeat heartbeat() {
        return new FromWorker.Heartbeat(id, generation, replica.progress());
    }

    @Override
    public void ordered(ToWorker order) {
        if (order.epoch() < epoch) {
            LOG.warn("refused an order of epoch {} (a supervisor of epoch {} was heard): {}", order.epoch(), epoch, order);
            return;
        }
        epoch = order.epoch();
        switch (order) {
            case ToWorker.Welcome _ -> {}
            case ToWorker.Form _ -> orders.add(order);
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
            return follow();
        } catch (IOException | RuntimeException e) {
            LOG.error("cannot go on", e);
            RunFailure failure = RunFailure.of(e);
            say(failure.event());
            link.send(new FromWorker.Leaves(id, generation, ExitCode.isFinal(failure.code().code()), failure.problem()));
            return failure.code();
        } finally {
            link.close();
            replica.close();
        }
    }

    void say(TrainingEvent event) {
        link.send(new FromWorker.Told(id, generation, EventLines.format(event)));
    }

    private ExitCode follow() throws IOException, InterruptedException {
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
                        take(form.generation());
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
    private void take(Generation next) throws IOException, InterruptedException {
        int rank = next.rankOf(id)
                .orElseThrow(() -> new IllegalStateException("%s is no member of %s".formatted(id, next)));
        generation = next.number();
        try (Collective met = meet(next, rank)) {
            Team team = new Team(met, sharesOf(next));
            replica.joins(team, this::say);
            copyState(next, team);
            link.send(new FromWorker.Formed(id, next.number(), replica.position().orElseThrow()));
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
            replica.rests();
        }
    }

    private Collective meet(Generation next, int rank) throws InterruptedException {
        replica.enters(Phase.MEET);
        synchronized (meeting) {
            waitingForOthers = Thread.currentThread();
        }
        Collective met = null;
        try {
            met = collectives.meet(
                    next.meetingPoint(), rank, next.shares().size(), next.number(), MEETING_PATIENCE);
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
    private void copyState(Generation next, Team team) throws IOException {
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

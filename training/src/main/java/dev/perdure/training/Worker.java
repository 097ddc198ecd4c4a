package dev.perdure.training;

import dev.perdure.engine.Collective;
import dev.perdure.engine.CollectiveFailedException;
import dev.perdure.engine.Collectives;
import dev.perdure.engine.Engine;
import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.Generation;
import dev.perdure.supervision.Progress;
import dev.perdure.supervision.ToWorker;
import dev.perdure.supervision.Vitals;
import dev.perdure.supervision.WorkerId;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of the processes that train a model together. It does what its supervisor says: stands still, forms a group with
 * others, takes the state of whoever is ahead, and steps until the group breaks or all steps are applied. It may be killed at
 * any moment; what it knew, the others know.
 *
 * <p>Two threads: one steps, the link's own takes orders. An order to stand still breaks off whatever exchange the first is
 * in. When its supervisor is gone it steps on for as long as it may be alone, and then saves what it has and ends.
 */
public final class Worker implements WorkerLink.Side {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
    private static final Duration LOOK_AROUND = Duration.ofMillis(200);

    private final WorkerId id;
    private final String configuration;
    private final Optional<Replica> opened;
    private final Optional<RunFailure> failed;
    private final Duration aloneMax;
    private final Groups groups;
    private final BlockingQueue<ToWorker> orders = new LinkedBlockingQueue<>();
    private final StorageWatch storage = new StorageWatch();
    private final Dispatches dispatches;
    private final LongSupplier logged;
    private final WorkerLink link;
    private volatile long epoch;
    private volatile long prepared;
    private volatile long generation;
    private volatile boolean stepping;

    /**
     * Opens data and model, and connects to the supervisor; when the former fails, to say so.
     *
     * @param replica opens this worker's copy of the model
     * @param logged counts the warnings and errors that this process has logged
     * @param aloneMax how long it goes on, or waits, without a supervisor before it ends
     */
    Worker(
            WorkerId id,
            String configuration,
            ReplicaOpener replica,
            Collectives collectives,
            WorkerLink.Opener links,
            LongSupplier logged,
            Duration aloneMax)
            throws InterruptedException {
        this.logged = logged;
        this.id = id;
        this.configuration = configuration;
        this.groups = new Groups(id, collectives);
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
        this.dispatches =
                new Dispatches(System::nanoTime, lines -> link.send(new FromWorker.Told(id, generation, lines)));
    }

    /** Opens a worker's copy of the model. */
    interface ReplicaOpener {
        Replica open() throws IOException;
    }

    /**
     * Is a worker until it is told to end, or nobody has told it anything for as long as the configuration says.
     *
     * @param logged counts the warnings and errors that this process has logged
     */
    public static ExitCode run(
            WorkerId id,
            RunFolder folder,
            Engine engine,
            Collectives collectives,
            WorkerLink.Opener links,
            Probe probe,
            LongSupplier logged,
            boolean changedDataAllowed)
            throws InterruptedException {
        RunConfig config = folder.readConfig();
        return new Worker(
                        id,
                        config.digest(),
                        () -> Replica.open(folder, config, engine, probe, changedDataAllowed),
                        probe.around(collectives),
                        probe.around(links),
                        logged,
                        config.supervision().aloneMax())
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
                id,
                generation,
                opened.map(Replica::progress).orElse(new Progress(0, Progress.Phase.IDLE, -1)),
                opened.map(replica -> replica.counts().vitals(logged.getAsLong()))
                        .orElse(Vitals.NONE));
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
            case ToWorker.Extend(long _, Generation next)
            when next.isJoiner(id) -> {
                groups.breakOff(); // what it followed before is not met for any more
                orders.add(order);
            }
            case ToWorker.Extend(long _, Generation next) -> extend(next);
            case ToWorker.Switch over -> groups.goOver(over.generation());
            case ToWorker.Prepare prepare -> {
                prepared = Math.max(prepared, prepare.generation());
                orders.add(order);
                groups.breakOff();
            }
            case ToWorker.Refused _, ToWorker.Stop _ -> {
                prepared = Long.MAX_VALUE;
                orders.add(order);
                groups.breakOff();
            }
        }
    }

    /** Meets for the next generation while this one steps. */
    private void extend(Generation next) {
        if (next.number() > generation && next.number() >= prepared) {
            opened.ifPresent(replica -> groups.meetAhead(
                    next, replica.sizes(), replica::state, () -> link.send(new FromWorker.Met(id, next.number()))));
        }
    }

    /**
     * Follows orders until it is told to end.
     *
     * @return how to end; anything but {@link ExitCode#OK} was said to the supervisor as well
     */
    ExitCode run() throws InterruptedException {
        Thread telling = Thread.ofPlatform().name("perdure-tells").daemon().start(dispatches::run);
        try {
            return opened.isPresent() ? follow(opened.get()) : sayFailed();
        } catch (IOException | RuntimeException e) {
            LOG.error("cannot go on", e);
            return leave(RunFailure.of(e));
        } finally {
            telling.interrupt();
            link.close();
            opened.ifPresent(Replica::close);
        }
    }

    /** Waits to be let in, since nothing that is said before is heard. */
    private ExitCode sayFailed() throws InterruptedException {
        while (!isAloneForTooLong()) {
            ToWorker order = orders.poll(LOOK_AROUND.toMillis(), TimeUnit.MILLISECONDS);
            if (order != null) {
                break;
            }
        }
        return leave(failed.orElseThrow());
    }

    private boolean isAloneForTooLong() {
        return link.alone().compareTo(aloneMax) > 0;
    }

    private ExitCode leave(RunFailure failure) {
        say(failure.event());
        link.send(new FromWorker.Leaves(
                id, generation, ExitCode.isFinal(failure.code().code()), failure.problem()));
        return failure.code();
    }

    private void say(TrainingEvent event) {
        storage.hear(event)
                .ifPresent(seen -> link.send(new FromWorker.Noticed(id, generation, seen.kind(), seen.evidence())));
        if (event instanceof TrainingEvent.Saved saved) {
            opened.ifPresent(replica -> replica.counts().saved(saved.step()));
        }
        dispatches.tell(event);
    }

    private ExitCode follow(Replica replica) throws IOException, InterruptedException {
        while (true) {
            ToWorker order = orders.poll(LOOK_AROUND.toMillis(), TimeUnit.MILLISECONDS);
            switch (order) {
                case null -> {
                    if (isAloneForTooLong()) {
                        LOG.error("no supervisor for {} s: this worker ends", aloneMax.toSeconds());
                        replica.savesAlone();
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
                case ToWorker.Extend(long _, Generation next) -> {
                    if (next.number() >= prepared) {
                        join(replica, next);
                    }
                }
                case ToWorker.Switch _ -> {}
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

    /** Takes part in a generation, and in those that it goes over to. */
    private void take(Replica replica, Generation next) throws IOException, InterruptedException {
        generation = next.number();
        stepping = true;
        takePart(replica, next, met -> copyState(replica, next, team(met, next)));
    }

    /** Follows those who step, and goes over with them. */
    private void join(Replica replica, Generation next) throws IOException, InterruptedException {
        takePart(replica, next, met -> {
            replica.joins(team(met, next), this::say);
            replica.adjust(next.adjustments());
            replica.follow(met, next, () -> link.send(new FromWorker.Met(id, next.number())));
            requireSame(replica, next, met);
        });
    }

    /** Brings a member's state to where its group's is. */
    private interface Beginning {
        void begin(Collective met) throws IOException;
    }

    private void takePart(Replica replica, Generation first, Beginning beginning)
            throws IOException, InterruptedException {
        Generation now = first;
        replica.enters(Phase.MEET);
        try {
            beginning.begin(groups.meet(first, () -> prepared > first.number()));
            while (true) {
                link.send(new FromWorker.Formed(
                        id, now.number(), replica.position().orElseThrow()));
                Team team = team(groups.present(), now);
                dispatches.hurry();
                replica.joins(team, this::say);
                replica.adjust(now.adjustments());
                Optional<String> weights =
                        replica.train(team, new StandingTold(id, link, dispatches, () -> generation));
                if (weights.isPresent()) {
                    link.send(new FromWorker.Done(id, now.number(), weights.get()));
                    return;
                }
                try (Collective _ = groups.present()) {
                    now = groups.goOver();
                    requireSame(replica, now, groups.present());
                }
            }
        } catch (CollectiveFailedException e) {
            replica.loses();
            LOG.info("generation {} is broken: {}", now.number(), e.getMessage());
            if (stepping && prepared <= now.number()) {
                link.send(new FromWorker.Broken(id, generation, replica.position(), String.valueOf(e.getMessage())));
            }
        } catch (MiscomputedException e) {
            String evidence = String.valueOf(e.getMessage());
            long position = replica.position().orElseThrow();
            link.send(new FromWorker.Miscomputed(id, now.number(), position, workers(now, e.culprits()), evidence));
        } catch (DivergedException e) {
            long position = replica.position().orElseThrow();
            link.send(new FromWorker.NotFinite(id, now.number(), position, e.evidence()));
        } finally {
            dispatches.flush();
            groups.leave();
            stepping = false;
            replica.rests();
        }
    }

    private static List<WorkerId> workers(Generation now, Collection<Integer> ranks) {
        return ranks.stream().map(rank -> now.shares().get(rank).worker()).toList();
    }

    /** All members have come over, and stand alike: whoever has left the generation before is waited for no longer there. */
    private void requireSame(Replica replica, Generation now, Collective met) {
        generation = now.number();
        stepping = true;
        long own = replica.position().orElseThrow();
        for (long[] other : met.gatherLongs(own)) {
            if (other[0] != own) {
                throw new CollectiveFailedException(
                        "going over",
                        id.name(),
                        "it stands at position %d, another at %d (expected: the same)".formatted(own, other[0]));
            }
        }
    }

    private Team team(Collective met, Generation now) {
        return new Team(
                met, Succession.shares(now), () -> prepared > now.number() || isAloneForTooLong(), groups::followers);
    }

    /** Brings all members to the source's state. */
    private void copyState(Replica replica, Generation next, Team team) throws IOException {
        if (next.notAfter().isPresent()) {
            replica.stopsSaving();
            team.group().gatherLongs(0); // nobody saves anything any more
        }
        replica.joins(team, this::say);
        if (next.notAfter().isPresent() && team.leads()) {
            replica.withdrawAfter(next.notAfter().getAsLong());
        }
        if (next.position().isEmpty() && team.rank() == next.source()) {
            replica.restoreOrBegin(team);
        }
        StateCopy.level(replica, next, team);
    }
}

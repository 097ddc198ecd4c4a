package dev.perdure.gateway;

import dev.perdure.gateway.RolloutSettings.Manner;
import dev.perdure.oip.Call;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipException;
import dev.perdure.routing.Fleet;
import dev.perdure.routing.Rollout.Stage;
import dev.perdure.routing.Scaling;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A model that is served: which versions of it there are, who answers whoever names none, and who is to take over. */
final class ServedModel implements AutoCloseable {
    private static final int REPORTS_MAX = 16;

    private final GatewaySettings settings;
    private final RolloutSettings rollouts;
    private final GatewayListener listener;
    private final Outcomes outcomes;
    private final Map<String, Long> deployed = new HashMap<>();
    private final Set<String> taken = new HashSet<>();
    private final TreeMap<String, ServedVersion> waiting = new TreeMap<>(VersionOrder.NEWEST_FIRST);
    private final Deque<RolloutReport> reports = new ArrayDeque<>();
    private final List<TrialRun> replacements = new CopyOnWriteArrayList<>();
    private volatile Optional<TrialRun> run = Optional.empty();
    private volatile Versions versions = Versions.NONE;
    private volatile boolean isClosing;
    private final Set<String> answered = ConcurrentHashMap.newKeySet();
    private final ModelDesk desk;

    /**
     * Begins to start replicas: of the newest version as many as the settings say, of the others fewer.
     *
     * @param first each version once
     */
    ServedModel(
            String name,
            Collection<ServedVersion> first,
            GatewaySettings settings,
            RolloutSettings rollouts,
            ReplicaHost host,
            GatewayListener listener) {
        this.settings = settings;
        this.rollouts = rollouts;
        this.listener = listener;
        this.desk = new ModelDesk(name, settings, host, listener, this::looked);
        this.outcomes = new Outcomes(desk::reported);
        for (ServedVersion version : first) {
            versions = versions.with(next(version));
        }
        if (!first.isEmpty()) {
            Deployment newest = versions.named().firstEntry().getValue();
            versions = versions.led(newest);
            versions.named().values().forEach(each -> desk.deploy(each, each.equals(newest) ? all() : few()));
        }
    }

    private Deployment next(ServedVersion version) {
        return Deployment.of(version, deployed.merge(version.version(), 1L, Long::sum), rollouts.apart());
    }

    private Fleet.Options all() {
        return settings.fleet();
    }

    private Fleet.Options few() {
        return Told.with(settings.fleet(), fewer());
    }

    private Scaling.Options fewer() {
        int older = settings.olderReplicas();
        return Scaling.Options.between(older, older);
    }

    /** Looks whether something is to be done; by the thread that decides. */
    private void looked() {
        run.ifPresent(TrialRun::look);
        replacements.forEach(TrialRun::look);
        versions.named().values().stream()
                .filter(each -> look(each).isAnswering())
                .forEach(each -> answered.add(each.key()));
    }

    /** Returns which versions there are now. */
    Versions versions() {
        return versions;
    }

    /** Returns what answers a request for this model now; nothing if there is none. */
    Optional<Deployment> asked(ModelId model) {
        return versions.asked(model.version());
    }

    /** Returns whether any version has ever answered. */
    boolean hasAnswered() {
        return !answered.isEmpty();
    }

    /** Returns whether a deployment has ever answered. */
    boolean hasAnswered(Deployment deployment) {
        return answered.contains(deployment.key());
    }

    /** Returns whether decisions are made about it. */
    boolean isDeciding() {
        return desk.isDeciding();
    }

    /** Returns how a deployment's replicas are. */
    ModelDesk.FleetLook look(Deployment deployment) {
        return desk.look(deployment);
    }

    Outcomes outcomes() {
        return outcomes;
    }

    /**
     * What became of a request.
     *
     * @param of the deployment that it was for
     * @param remembered what is kept of the answer until the truth is known
     */
    record Asked(Deployment of, ModelDesk.Over over, Optional<AnswerMemory.Entry> remembered) {
        /**
         * Returns the answer.
         *
         * @throws OipException if there is none
         */
        Reply.Answered answered() {
            return switch (over.reply()) {
                case Reply.Answered answered -> answered;
                case Reply.Failed failed -> throw failed.why();
                case Reply.Moved _ -> throw new IllegalStateException("it was to ask anew");
            };
        }
    }

    /** Has a request answered, by the version it names or whoever answers those that name none; blocks until then. */
    Asked infer(InferRequest request, Call call, Asks asks) {
        Optional<TrialRun> trial = request.model().version().isPresent() ? Optional.empty() : run;
        return trial.isPresent()
                ? trial.get().infer(request, call, asks, () -> usual(request, call, asks))
                : usual(request, call, asks);
    }

    private Asked usual(InferRequest request, Call call, Asks asks) {
        while (true) {
            Versions now = versions;
            Deployment asked =
                    now.asked(request.model().version()).orElseThrow(() -> Gateway.unknown(request.model(), List.of()));
            boolean isNamed = request.model().version().isPresent();
            ModelDesk.Over over = desk.infer(request, call, asks, now.tiers(asked, isNamed, settings.safeguards()));
            if (!(over.reply() instanceof Reply.Moved)) {
                return new Asked(asked, over, outcomes.answered(request, asked, over));
            }
        }
    }

    /** Serves one more version; one that is served already goes on. What becomes of it is the manner's, if it is newer. */
    synchronized void serve(ServedVersion version, Manner manner) {
        if (manner == Manner.AT_ONCE) {
            waiting.values().removeIf(each -> Deployment.isSame(each, version)); // it need not wait for another's trial
        }
        if (isServed(version)) {
            if (manner == Manner.AT_ONCE) {
                run.filter(known -> isOf(known, version)).ifPresent(TrialRun::takeOver);
            }
            return;
        }
        Optional<Deployment> answers = versions.stable();
        if (answers.isEmpty()) {
            Deployment first = next(version);
            versions = versions.led(first);
            desk.deploy(first, all());
            return;
        }
        Deployment stable = answers.get();
        Optional<Deployment> same = versions.asked(Optional.of(version.version()));
        boolean isOlder = VersionOrder.NEWEST_FIRST.compare(version.version(), stable.version()) > 0;
        boolean isAlike = stable.isLike(version);
        if (same.isPresent() && (isOlder || !isAlike)) {
            begin(same.get(), version, Manner.AT_ONCE, isOlder ? few() : all());
        } else if (isOlder || !isAlike) {
            Deployment beside = next(version);
            versions = versions.with(beside);
            desk.deploy(beside, few());
        } else if (manner == Manner.GRADUAL && run.isPresent()) {
            waiting.put(version.version(), version);
        } else {
            begin(stable, version, manner, all());
        }
    }

    private boolean isServed(ServedVersion version) {
        return versions.named().values().stream().anyMatch(each -> each.isOf(version))
                || run.filter(known -> isOf(known, version)).isPresent()
                || replacements.stream().anyMatch(known -> isOf(known, version))
                || waiting.values().stream().anyMatch(each -> Deployment.isSame(each, version));
    }

    private static boolean isOf(TrialRun run, ServedVersion version) {
        return run.trial().candidate().isOf(version);
    }

    private void begin(Deployment old, ServedVersion version, Manner manner, Fleet.Options fleet) {
        Deployment fresh = next(version);
        desk.deploy(fresh, fleet);
        if (!versions.named().containsKey(version.version())) {
            versions = versions.with(fresh);
        }
        var how = rollouts.in(manner)
                .with(rollouts.options().withBins(old.reading().bins()));
        var trial = Trial.of(old, fresh, how, fleet.scaling().min(), System.nanoTime());
        var begun = new TrialRun(desk, trial, old.reading(), outcomes, this::changed);
        if (manner == Manner.GRADUAL) {
            run = Optional.of(begun);
        } else {
            replacements.add(begun);
        }
        listener.rollout(RolloutReport.of(trial, false, Instant.now()));
    }

    /** Told by whoever took the step, with locks of its own held. */
    private void changed(TrialRun which) {
        Trial trial = which.trial();
        if (isClosing) {
            return; // what ends now says nothing about a version
        }
        if (trial.isOver()) {
            Thread.ofVirtual().name("rollout").start(() -> settle(which));
        } else {
            listener.rollout(RolloutReport.of(trial, false, Instant.now()));
        }
    }

    /** Does what was decided. */
    private synchronized void settle(TrialRun over) {
        Trial trial = over.trial();
        Deployment fresh = trial.candidate();
        run = run.filter(known -> known != over);
        replacements.remove(over);
        boolean isTaken = taken.contains(fresh.key());
        boolean isPromoted = trial.rollout()
                .filter(known -> known.stage() instanceof Stage.Promoted)
                .isPresent();
        if (isPromoted && !isTaken) {
            takeOver(trial.stable(), fresh);
        } else {
            versions = versions.without(fresh);
            desk.distrust(fresh);
            desk.retire(fresh);
        }
        var report = RolloutReport.of(trial, isTaken || over.isByRequest(), Instant.now());
        reports.addFirst(report);
        while (reports.size() > REPORTS_MAX) {
            reports.removeLast();
        }
        listener.rollout(report);
        var next = new ArrayList<>(waiting.values());
        waiting.clear();
        next.forEach(version -> serve(version, rollouts.manner()));
    }

    /** Another may have taken over from the same meanwhile: the newer of the two leads. */
    private void takeOver(Deployment old, Deployment fresh) {
        Optional<Deployment> follows = versions.stable().filter(now -> now.equals(old) || isNewer(fresh, now));
        versions = follows.isPresent() ? versions.led(fresh) : versions.with(fresh);
        if (old.version().equals(fresh.version())) {
            desk.retire(old);
        } else {
            follows.ifPresentOrElse(before -> desk.resize(before, fewer(), 0), () -> desk.resize(fresh, fewer(), 0));
        }
    }

    private static boolean isNewer(Deployment one, Deployment other) {
        return VersionOrder.NEWEST_FIRST.compare(one.version(), other.version()) < 0 && other.isLike(one.served());
    }

    /** Stops serving a version; requests that it has are answered. Nothing happens if it is not served. */
    synchronized void retire(String version) {
        waiting.remove(version);
        var trials = new ArrayList<>(replacements);
        run.ifPresent(trials::add);
        for (TrialRun each : trials) {
            if (each.trial().candidate().version().equals(version)) {
                taken.add(each.trial().candidate().key());
                each.rollBack("it was taken away");
            }
        }
        Optional<Deployment> known = versions.asked(Optional.of(version)).filter(each -> taken.add(each.key()));
        known.ifPresent(gone -> {
            Optional<Deployment> before = versions.stable();
            versions = versions.without(gone);
            desk.retire(gone);
            versions.stable()
                    .filter(next -> !before.equals(Optional.of(next)))
                    .ifPresent(next -> desk.resize(next, all().scaling(), all().standbys()));
            run.filter(each -> each.trial().stable().equals(gone)).ifPresent(TrialRun::promote);
        });
    }

    /** Returns whether no replica is left and nothing is under way. */
    boolean isDrained() {
        return desk.isDrained();
    }

    /** Returns newer versions that wait until the one on trial is decided about. */
    synchronized List<ServedVersion> waiting() {
        return List.copyOf(waiting.values());
    }

    /** Returns those that are to take over, where they are now. */
    List<RolloutReport> underWay() {
        var all = new ArrayList<TrialRun>();
        run.ifPresent(all::add);
        all.addAll(replacements);
        return all.stream()
                .map(each -> RolloutReport.of(each.trial(), false, Instant.now()))
                .toList();
    }

    /** Returns what was decided, the latest first. */
    synchronized List<RolloutReport> decided() {
        return List.copyOf(reports);
    }

    /** Returns whether of everything that is served or to be served a replica answers, or has answered. */
    boolean isLoaded() {
        boolean isTried =
                run.stream().allMatch(each -> look(each.trial().candidate()).isAnswering());
        return isTried
                && replacements.isEmpty()
                && versions.named().values().stream().allMatch(this::hasAnswered);
    }

    @Override
    public void close() {
        isClosing = true;
        desk.close();
    }
}

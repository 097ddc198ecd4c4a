package dev.perdure.chaos;

import dev.perdure.chaos.ServePlan.Entry;
import dev.perdure.chaos.ServedTarget.End;
import dev.perdure.chaos.ServedTarget.Ended;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Asks served models without a pause, lets one fault after the other happen, and watches what is told and what becomes of every
 * request. The next fault waits until all replicas are there again, and for the plan's calm.
 */
public final class ServeCampaign {
    private static final Duration COMPLETE_WITHIN = Duration.ofMinutes(3);
    private static final Duration HAPPENS_WITHIN = Duration.ofMinutes(3);
    private static final Duration NOTICED_WITHIN = Duration.ofMinutes(1);
    private static final int EXAMPLES_MAX = 5;
    private static final long LOOK_NANOS = 5_000_000;

    private final ServedTarget target;
    private final ChaosFolder folder;
    private final ServePlan plan;
    private final long seed;
    private final Consumer<String> say;
    private final Instant began = Instant.now();
    private final List<Told> told = new ArrayList<>();
    private final List<Ended> ended = new ArrayList<>();
    private final Map<String, String> faulty = new LinkedHashMap<>();

    private ServeCampaign(ServedTarget target, ChaosFolder folder, ServePlan plan, long seed, Consumer<String> say) {
        this.target = target;
        this.folder = folder;
        this.plan = plan;
        this.seed = seed;
        this.say = say;
    }

    /**
     * Carries a plan out.
     *
     * @param name of the model that is asked
     * @param target is served already, by replicas that know the folder
     * @param folder as {@link ChaosFolder#createForServing} made it
     * @param say told what happens, for people
     */
    public static ServeChaosReport run(
            String name, ServedTarget target, ChaosFolder folder, ServePlan plan, long seed, Consumer<String> say)
            throws IOException, InterruptedException {
        return new ServeCampaign(target, folder, plan, seed, say).run(name);
    }

    private ServeChaosReport run(String name) throws IOException, InterruptedException {
        target.hear(this::hear);
        List<Entry> entries = plan.entries(seed);
        Thread asking = Thread.ofPlatform().name("asks").start(() -> {
            try {
                target.ask(plan.perSecond(), this::came);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
        String problem = "";
        try {
            var injector = new ServeInjector(target, folder, plan.perSecond(), this::refused);
            for (Entry entry : entries) {
                problem = happen(entry, injector);
                if (!problem.isEmpty()) {
                    break;
                }
            }
            awaitComplete();
            pause(plan.calm());
        } finally {
            target.stopAsking();
            asking.join();
        }
        return report(name, entries, problem);
    }

    /** Returns why no other fault can happen; empty when it can. */
    private String happen(Entry entry, ServeInjector injector) throws IOException, InterruptedException {
        pause(plan.calm());
        if (!awaitComplete()) {
            return "not all replicas were there within %d s before %s"
                    .formatted(COMPLETE_WITHIN.toSeconds(), entry.id());
        }
        say.accept(">>> " + entry.id());
        Instant before = Instant.now();
        faulty.put(entry.id(), fired(entry, injector));
        if (!await(HAPPENS_WITHIN, () -> folder.isClaimed(entry.id()))) {
            return entry.id() + " did not happen";
        }
        pause(entry.fault() instanceof ServeFault.Inside ? entry.fault().lasts() : Duration.ZERO);
        ServeExpectation expected = ServeExpectation.of(entry.fault(), plan.patience());
        if (expected.isRequired() || expected.isReplaced()) {
            await(NOTICED_WITHIN, () -> isNoticed(expected, before));
        }
        if (expected.isReplaced()) {
            await(COMPLETE_WITHIN, () -> isReplaced(before));
        }
        injector.undo(entry);
        return "";
    }

    private static String fired(Entry entry, ServeInjector injector) throws InterruptedException {
        try {
            return injector.fire(entry);
        } catch (IOException e) {
            return "it could not be done: " + e.getMessage();
        }
    }

    private synchronized boolean isNoticed(ServeExpectation expected, Instant since) {
        return told.stream()
                .filter(one -> one.at().isAfter(since))
                .anyMatch(one -> expected.findings().isEmpty()
                        ? one.isIn()
                        : expected.findings().contains(one.kind()));
    }

    private synchronized boolean isReplaced(Instant since) {
        Instant out = told.stream()
                .filter(one -> one.isOut() && one.at().isAfter(since))
                .map(Told::at)
                .findFirst()
                .orElse(since);
        return told.stream().anyMatch(one -> one.isIn() && one.at().isAfter(out));
    }

    private void pause(Duration length) {
        await(length, () -> false);
    }

    private boolean awaitComplete() throws IOException {
        long end = System.nanoTime() + COMPLETE_WITHIN.toNanos();
        while (!target.isComplete()) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return true;
    }

    private static boolean await(Duration within, BooleanSupplier what) {
        long end = System.nanoTime() + within.toNanos();
        while (!what.getAsBoolean() && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return what.getAsBoolean();
    }

    private synchronized void came(Ended one) {
        ended.add(one);
    }

    private void refused(String words) {
        hear(new Told(Instant.now(), "", Told.REFUSED, false, false, words));
    }

    private synchronized void hear(Told one) {
        told.add(one);
        say.accept("    " + one.words());
    }

    private synchronized ServeChaosReport report(String name, List<Entry> entries, String problem) throws IOException {
        return new ServeChaosReport(
                name,
                seed,
                plan.gateways(),
                plan.replicas(),
                plan.perSecond(),
                problem,
                ended.size(),
                count(End.FAILED),
                count(End.LATE),
                count(End.DEGRADED),
                count(End.WRONG),
                ended.stream()
                        .map(Ended::words)
                        .filter(words -> !words.isEmpty())
                        .distinct()
                        .limit(EXAMPLES_MAX)
                        .toList(),
                0,
                Duration.between(began, Instant.now()).toMillis() / 1e3,
                ServeReckoning.rows(entries, folder.allFired(Set.of()), told, ended, faulty, plan.patience(), began));
    }

    private long count(End end) {
        return ended.stream().filter(one -> one.end() == end).count();
    }
}

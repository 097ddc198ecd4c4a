package dev.perdure.supervision;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Something that must hold after every event of a simulated run. One instance watches one run. */
interface Invariant {
    default void saw(Observation seen, World world) {}

    default void after(World world) {}

    static List<Invariant> all() {
        return List.of(
                new StepsFollowEachOther(),
                new SamplesExactlyOnce(),
                new NothingIsUndone(),
                new OneGenerationCommits(),
                new DurableBeforeVisible(),
                new FencedMeansSilent(),
                new BudgetsHold(),
                new NoOrphanAtTheEnd());
    }

    @SuppressWarnings("AnnotateFormatMethod")
    private static void require(boolean holds, String what, Object... arguments) {
        if (!holds) {
            throw new AssertionError(what.formatted(arguments));
        }
    }

    /** No step is applied twice, or skipped, in the history of any state. */
    final class StepsFollowEachOther implements Invariant {
        @Override
        public void saw(Observation seen, World world) {
            if (seen instanceof Observation.Applied applied) {
                require(applied.step() == applied.stepsBefore(), "%s: step applied to another's state", applied);
            }
        }
    }

    /** Each microbatch of a step is computed by one member, from the same state as all others. */
    final class SamplesExactlyOnce implements Invariant {
        @Override
        public void saw(Observation seen, World world) {
            if (seen instanceof Observation.Stepped stepped) {
                int next = 0;
                for (Share share : stepped.computed()) {
                    require(share.from() == next, "%s: microbatch %d is not computed once", stepped, next);
                    next = share.to();
                }
                require(next == World.MICROBATCHES, "%s: %d microbatches", stepped, next);
                require(new HashSet<>(stepped.positions()).size() == 1, "%s: states differ", stepped);
            }
        }
    }

    /**
     * No member gives up a step that it has applied, unless everybody goes back because states differed. Whoever was to be killed
     * is no member: the others may have gone back without it. Should it come before the kill does, to a supervisor that knows nothing
     * of that, it takes their state, and computes the same bits again.
     */
    final class NothingIsUndone implements Invariant {
        private final Set<WorkerId> killed = new HashSet<>();

        @Override
        public void saw(Observation seen, World world) {
            if (seen instanceof Observation.Killed kill) {
                killed.add(kill.worker());
            }
            if (seen instanceof Observation.Copied copied && !world.corrupted && !killed.contains(copied.worker())) {
                require(copied.had().orElse(-1) <= copied.got(), "%s: an applied step is undone", copied);
            }
        }
    }

    /** Never two live generations that can both commit, and none commits after a later one has. */
    final class OneGenerationCommits implements Invariant {
        private long highest;

        @Override
        public void saw(Observation seen, World world) {
            if (seen instanceof Observation.Stepped stepped) {
                long number = stepped.generation().number();
                require(number >= highest, "generation %d commits after generation %d", number, highest);
                highest = number;
            }
        }

        @Override
        public void after(World world) {
            int able = 0;
            for (SimGroup group : world.groups) {
                able += group.canCommit() ? 1 : 0;
            }
            require(able <= 1, "%d generations can commit", able);
        }
    }

    /** Nobody is told of a generation, and no process launched, before that is durable. */
    final class DurableBeforeVisible implements Invariant {
        @Override
        public void saw(Observation seen, World world) {
            switch (seen) {
                case Observation.FormSent form ->
                    require(world.registry.generations.contains(form.generation()), "%s is not durable", form);
                case Observation.Launched launched ->
                    require(world.registry.launched.contains(launched.worker()), "%s is not durable", launched);
                case Observation.Stepped _,
                        Observation.Applied _,
                        Observation.Copied _,
                        Observation.Killed _,
                        Observation.Finished _ -> {}
            }
        }
    }

    /** Whoever was killed takes part in nothing that its killer decides afterwards, and has no second life. */
    final class FencedMeansSilent implements Invariant {
        private final Map<Long, Set<WorkerId>> fenced = new HashMap<>();
        private final Set<WorkerId> launched = new HashSet<>();

        @Override
        public void saw(Observation seen, World world) {
            switch (seen) {
                case Observation.Killed killed ->
                    fenced.computeIfAbsent(killed.epoch(), _ -> new HashSet<>()).add(killed.worker());
                case Observation.FormSent form -> {
                    Set<WorkerId> silent = fenced.getOrDefault(form.epoch(), Set.of());
                    form.generation()
                            .shares()
                            .forEach(share -> require(
                                    !silent.contains(share.worker()), "%s has a fenced member, %s", form, share));
                }
                case Observation.Launched life ->
                    require(launched.add(life.worker()), "%s is launched twice", life.worker());
                case Observation.Stepped _, Observation.Applied _, Observation.Copied _, Observation.Finished _ -> {}
            }
        }
    }

    /** No more processes are launched than the budget allows. */
    final class BudgetsHold implements Invariant {
        private int launches;

        @Override
        public void saw(Observation seen, World world) {
            if (seen instanceof Observation.Launched) {
                launches++;
                require(
                        launches <= World.SLOTS_MAX + world.budgets.restartsMax(),
                        "%d launches, with %d restarts allowed",
                        launches,
                        world.budgets.restartsMax());
            }
        }
    }

    /** When a run is over, no process of it is left. */
    final class NoOrphanAtTheEnd implements Invariant {
        @Override
        public void saw(Observation seen, World world) {
            if (seen instanceof Observation.Finished finished && !(finished.outcome() instanceof Outcome.Superseded)) {
                require(world.processes.isEmpty(), "%s, but %s still run", finished, world.processes.keySet());
            }
        }
    }
}

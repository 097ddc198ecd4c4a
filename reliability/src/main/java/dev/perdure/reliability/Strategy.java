package dev.perdure.reliability;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What can be done about a fault. A value: whoever acts on it knows how. */
public sealed interface Strategy {

    /** Returns the name under which outcomes and times are recorded, such as {@code roll-back-2}. */
    default String key() {
        return family();
    }

    /**
     * Returns the strategy that was recorded under a {@link #key}, as far as the key tells: a host or a factor it does not.
     * Empty if no strategy has such a key.
     */
    static Optional<Strategy> ofKey(String key) {
        Matcher counted = Pattern.compile("(roll-back|roll-back-slower)-([1-9][0-9]{0,3})")
                .matcher(key);
        if (counted.matches()) {
            int checkpoints = Integer.parseInt(counted.group(2));
            return Optional.of(
                    counted.group(1).equals("roll-back")
                            ? new RollBack(checkpoints)
                            : new RollBackSlower(checkpoints, 0.5));
        }
        return Stream.<Strategy>of(
                        new CarryOn(),
                        new ContinueWithout(),
                        new ReplaceFromSpare(),
                        new RestartWorker(),
                        new RestartElsewhere(""),
                        new SkipBatch(),
                        new RestartAll(),
                        new ReplayRecipe(),
                        new Stop())
                .filter(strategy -> strategy.key().equals(key))
                .findFirst();
    }

    /** Returns the row of the table of success rates, such as {@code roll-back}. */
    String family();

    /** Returns what it is for a person, as an instruction. */
    String words();

    /** Do nothing but look on: the alarm may be false, or the fault pass. */
    record CarryOn() implements Strategy {
        @Override
        public String family() {
            return "carry-on";
        }

        @Override
        public String words() {
            return "carry on and look";
        }
    }

    /** Go on with the workers that are left. */
    record ContinueWithout() implements Strategy {
        @Override
        public String family() {
            return "continue-without";
        }

        @Override
        public String words() {
            return "continue without the worker";
        }
    }

    /** Let a hot spare take the worker's place. */
    record ReplaceFromSpare() implements Strategy {
        @Override
        public String family() {
            return "replace-from-spare";
        }

        @Override
        public String words() {
            return "replace the worker from the spares";
        }
    }

    /** Start the worker again where it was. */
    record RestartWorker() implements Strategy {
        @Override
        public String family() {
            return "restart-worker";
        }

        @Override
        public String words() {
            return "restart the worker";
        }
    }

    /**
     * Start the worker again on another host.
     *
     * @param host which
     */
    record RestartElsewhere(String host) implements Strategy {
        @Override
        public String family() {
            return "restart-elsewhere";
        }

        @Override
        public String words() {
            return "restart the worker on " + host;
        }
    }

    /**
     * Go back to an earlier checkpoint and step on from there.
     *
     * @param checkpoints how many back, 1 being the newest
     */
    record RollBack(int checkpoints) implements Strategy {
        public RollBack {
            Checks.atLeast("checkpoints", checkpoints, 1);
        }

        @Override
        public String family() {
            return "roll-back";
        }

        @Override
        public String key() {
            return family() + "-" + checkpoints;
        }

        @Override
        public String words() {
            return "roll back " + checkpoints + (checkpoints == 1 ? " checkpoint" : " checkpoints");
        }
    }

    /** Leave out the batch that did it. */
    record SkipBatch() implements Strategy {
        @Override
        public String family() {
            return "skip-batch";
        }

        @Override
        public String words() {
            return "skip the batch";
        }
    }

    /**
     * Go back to an earlier checkpoint and step on from there more carefully.
     *
     * @param checkpoints how many back, 1 being the newest
     * @param factor what the learning rate is multiplied by, > 0 and < 1
     */
    record RollBackSlower(int checkpoints, double factor) implements Strategy {
        public RollBackSlower {
            Checks.atLeast("checkpoints", checkpoints, 1);
            Checks.share("factor", factor, false);
        }

        @Override
        public String family() {
            return "roll-back-slower";
        }

        @Override
        public String key() {
            return family() + "-" + checkpoints;
        }

        @Override
        public String words() {
            return "roll back %s and multiply the learning rate by %s".formatted(checkpoints, Words.number(factor));
        }
    }

    /** Start all workers again from the newest intact checkpoint. */
    record RestartAll() implements Strategy {
        @Override
        public String family() {
            return "restart-all";
        }

        @Override
        public String words() {
            return "restart all workers";
        }
    }

    /** Train again from the recipe, from the first step. */
    record ReplayRecipe() implements Strategy {
        @Override
        public String family() {
            return "replay-recipe";
        }

        @Override
        public String words() {
            return "replay the recipe from the first step";
        }
    }

    /** Give up and call a person. */
    record Stop() implements Strategy {
        @Override
        public String family() {
            return "stop";
        }

        @Override
        public String words() {
            return "stop and call a person";
        }
    }
}

package dev.perdure.training;

import dev.perdure.core.Backoff;
import dev.perdure.core.Settings;
import dev.perdure.supervision.Budgets;
import java.time.Duration;

/**
 * Decides what follows when a trainer process has ended. Pure: the same end and the same history give the same answer.
 *
 * <p>A trainer that gets further each time may be restarted up to {@code restartsMax} times, at once. One that dies
 * without having applied a new step is restarted after a pause that doubles, and at most {@code fruitlessMax} times in a
 * row: whatever kills it will do so again.
 *
 * @param restartsMax restarts over the whole run
 * @param fruitlessMax restarts in a row that brought no new step
 * @param pauseFirst the pause before the second fruitless restart
 */
public record RestartPolicy(int restartsMax, int fruitlessMax, Duration pauseFirst) {
    private static final Duration PAUSE_MAX = Duration.ofSeconds(30);

    public static RestartPolicy standard() {
        return new RestartPolicy(20, 4, Duration.ofMillis(500));
    }

    /** Returns the same limits for a team of workers. */
    Budgets budgets() {
        Budgets standard = Budgets.standard();
        return new Budgets(
                fruitlessMax == 0 ? 0 : restartsMax,
                standard.restartsPerWindow(),
                standard.window(),
                Budgets.recovery(fruitlessMax),
                standard.slotCorruptionsMax(),
                standard.rollbacksMax(),
                standard.fruitlessMax(),
                new Backoff(
                        Integer.MAX_VALUE, pauseFirst, PAUSE_MAX.compareTo(pauseFirst) > 0 ? PAUSE_MAX : pauseFirst));
    }

    /** Reads the {@code supervision} section. */
    public static RestartPolicy read(Settings settings) {
        RestartPolicy standard = standard();
        return new RestartPolicy(
                settings.integer("restarts-max", standard.restartsMax, 0, 1_000_000),
                settings.integer("fruitless-restarts-max", standard.fruitlessMax, 0, 1_000_000),
                Duration.ofMillis(settings.whole("pause-first-millis", standard.pauseFirst.toMillis(), 0, 60_000)));
    }

    /**
     * What happened so far.
     *
     * @param restarts how often the trainer was restarted
     * @param fruitless how often in a row, most recently, it died without a new step
     */
    public record History(int restarts, int fruitless) {
        public static History none() {
            return new History(0, 0);
        }

        /** Returns the history after one more restart. */
        public History restarted(boolean newSteps) {
            return new History(restarts + 1, newSteps ? 0 : fruitless + 1);
        }
    }

    /** What is done about a trainer's end. */
    public sealed interface Decision {
        /** Why, in words a person can follow. */
        String reason();

        record Done(String reason) implements Decision {}

        record Restart(Duration pause, String reason) implements Decision {}

        record GiveUp(ExitCode exitCode, String reason) implements Decision {}
    }

    /**
     * Decides after a trainer's end.
     *
     * @param exit its exit value; 128 + n when signal n ended it
     * @param newSteps whether it applied a step that none before it had
     */
    public Decision decide(int exit, boolean newSteps, History history) {
        if (exit == ExitCode.OK.code()) {
            return new Decision.Done("all steps are applied");
        }
        if (ExitCode.isFinal(exit)) {
            return new Decision.GiveUp(ExitCode.of(exit), "the trainer said that starting it again would not help");
        }
        if (history.restarts() >= restartsMax) {
            return new Decision.GiveUp(
                    ExitCode.RESTARTS_SPENT,
                    "%d restarts (supervision.restarts-max: %d) are spent".formatted(history.restarts(), restartsMax));
        }
        int fruitless = newSteps ? 0 : history.fruitless() + 1;
        if (fruitless > fruitlessMax) {
            return new Decision.GiveUp(
                    ExitCode.RESTARTS_SPENT,
                    "%d restarts in a row brought no new step (supervision.fruitless-restarts-max: %d)"
                            .formatted(history.fruitless(), fruitlessMax));
        }
        if (fruitless <= 1) {
            return new Decision.Restart(
                    Duration.ZERO,
                    "the newest intact checkpoint holds all that is needed, and going on from it is cheapest");
        }
        Duration pause = new Backoff(
                        Integer.MAX_VALUE, pauseFirst, PAUSE_MAX.compareTo(pauseFirst) > 0 ? PAUSE_MAX : pauseFirst)
                .pauseAfter(fruitless - 1);
        return new Decision.Restart(
                pause, "no new step since the last restart, so wait %d ms first".formatted(pause.toMillis()));
    }

    /** Returns what an exit value says about how a process ended, such as {@code killed by SIGKILL}. */
    public static String describe(int exit) {
        return switch (exit) {
            case 128 + 9 -> "killed by SIGKILL";
            case 128 + 6 -> "ended by SIGABRT: native code gave up (see run.log and hs_err files)";
            case 128 + 11 -> "ended by SIGSEGV: native code crashed (see run.log and hs_err files)";
            case 128 + 15 -> "ended by SIGTERM";
            case 128 + 2 -> "ended by SIGINT";
            default -> exit > 128 ? "ended by signal " + (exit - 128) : "exit code " + exit;
        };
    }
}

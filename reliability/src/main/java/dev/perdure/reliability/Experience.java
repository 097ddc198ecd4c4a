package dev.perdure.reliability;

import java.util.List;
import java.util.stream.Stream;

/**
 * What was recorded of one or more runs, or given instead: all that planning draws on. Lists may be empty: what is not known
 * is assumed, and said to be.
 *
 * @param failures of workers
 * @param workerSeconds lived by all workers together, >= 0
 * @param setbacks how often work was done again from a checkpoint, >= 0
 * @param runSeconds all runs' wall time together, >= 0
 * @param detectSeconds from each failure until it was noticed
 * @param recoverSeconds from there until training went on
 * @param replaceSeconds from each loss until the team was complete again
 * @param lifetimes of workers, in seconds
 * @param saveSeconds what each save cost the training
 * @param ledgers of the runs
 */
public record Experience(
        int failures,
        double workerSeconds,
        int setbacks,
        double runSeconds,
        List<Double> detectSeconds,
        List<Double> recoverSeconds,
        List<Double> replaceSeconds,
        List<Lifetime> lifetimes,
        List<Double> saveSeconds,
        List<RunLedger> ledgers) {

    /**
     * Where one run's time went.
     *
     * @param intervalSeconds of work between its checkpoints; 0 when it saved none
     * @param stepSeconds of a step; 0 when it made none
     */
    public record RunLedger(String run, Goodput.Ledger ledger, double intervalSeconds, double stepSeconds) {}

    public Experience {
        Checks.atLeast("failures", failures, 0);
        Checks.notNegative("workerSeconds", workerSeconds);
        Checks.atLeast("setbacks", setbacks, 0);
        Checks.notNegative("runSeconds", runSeconds);
        detectSeconds = List.copyOf(detectSeconds);
        recoverSeconds = List.copyOf(recoverSeconds);
        replaceSeconds = List.copyOf(replaceSeconds);
        lifetimes = List.copyOf(lifetimes);
        saveSeconds = List.copyOf(saveSeconds);
        ledgers = List.copyOf(ledgers);
    }

    /** Returns that of somebody who has seen nothing. */
    public static Experience none() {
        return counted(0, 0, 0, 0);
    }

    /** Returns that of counts alone. */
    public static Experience counted(int failures, double workerSeconds, int setbacks, double runSeconds) {
        return new Experience(
                failures,
                workerSeconds,
                setbacks,
                runSeconds,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of());
    }

    /** Returns both together. */
    public Experience plus(Experience other) {
        return new Experience(
                failures + other.failures,
                workerSeconds + other.workerSeconds,
                setbacks + other.setbacks,
                runSeconds + other.runSeconds,
                both(detectSeconds, other.detectSeconds),
                both(recoverSeconds, other.recoverSeconds),
                both(replaceSeconds, other.replaceSeconds),
                both(lifetimes, other.lifetimes),
                both(saveSeconds, other.saveSeconds),
                both(ledgers, other.ledgers));
    }

    /** Returns this with other counts. */
    public Experience withCounts(int failures, double workerSeconds, int setbacks, double runSeconds) {
        return new Experience(
                failures,
                workerSeconds,
                setbacks,
                runSeconds,
                detectSeconds,
                recoverSeconds,
                replaceSeconds,
                lifetimes,
                saveSeconds,
                ledgers);
    }

    /** Returns this with other times; what is empty stays as it was. */
    public Experience withTimes(List<Double> detect, List<Double> recover, List<Double> replace, List<Double> save) {
        return new Experience(
                failures,
                workerSeconds,
                setbacks,
                runSeconds,
                detect.isEmpty() ? detectSeconds : detect,
                recover.isEmpty() ? recoverSeconds : recover,
                replace.isEmpty() ? replaceSeconds : replace,
                lifetimes,
                save.isEmpty() ? saveSeconds : save,
                ledgers);
    }

    private static <T> List<T> both(List<T> one, List<T> other) {
        return Stream.concat(one.stream(), other.stream()).toList();
    }
}

package dev.perdure.chaos;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of a campaign.
 *
 * @param expected the SHA-256 of the weights of the undisturbed run
 * @param weightsSha256 of the abused one; empty when it did not finish
 * @param problem why the abused run ended, when it did not finish
 * @param unexplained incidents that no fault explains: false alarms
 * @param orphans worker processes that outlived the run
 */
public record ChaosReport(
        String name,
        long seed,
        int workers,
        String expected,
        String weightsSha256,
        String problem,
        long samplesLost,
        long samplesRepeated,
        long steps,
        long stepsRedone,
        int incidents,
        List<String> unexplained,
        int orphans,
        double seconds,
        List<Row> rows) {
    public ChaosReport {
        unexplained = List.copyOf(unexplained);
        rows = List.copyOf(rows);
    }

    /** How a fault ended. */
    public enum Verdict {
        /** Noticed under a right name, and recovered from. */
        RECOVERED("recovered"),
        /** Not noticed, and need not have been. */
        UNHARMED("no harm"),
        /** Not noticed, or under a wrong name. */
        UNNOTICED("NOT NOTICED"),
        /** Noticed, but training had not gone on when all was over. */
        OPEN("NOT RECOVERED"),
        /** Its moment did not come. */
        NEVER("DID NOT HAPPEN");

        private final String words;

        Verdict(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }

        public boolean isGood() {
            return this == RECOVERED || this == UNHARMED;
        }
    }

    /**
     * One fault.
     *
     * @param who and how: whom it befell, where; empty when it did not happen
     * @param firedSeconds since the campaign began
     * @param detectMillis until the supervisor told of it
     * @param recoverMillis until training had gone on after it, from the fault's moment
     * @param stepsRedone between this fault and the next
     * @param incident the kind that the supervisor gave it
     */
    public record Row(
            String id,
            String kind,
            String who,
            String how,
            @Nullable Double firedSeconds,
            @Nullable Double detectMillis,
            @Nullable Double recoverMillis,
            long stepsRedone,
            String incident,
            Verdict verdict) {}

    /** Returns whether the weights are those of the undisturbed run. */
    public boolean isSame() {
        return !weightsSha256.isEmpty() && weightsSha256.equals(expected);
    }

    /** Returns whether everything is as promised. */
    public boolean isGood() {
        return isSame()
                && samplesLost == 0
                && samplesRepeated == 0
                && orphans == 0
                && rows.stream().allMatch(row -> row.verdict().isGood());
    }

    public String toJson() {
        return ReportJson.of(this);
    }
}

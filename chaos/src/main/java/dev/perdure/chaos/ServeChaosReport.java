package dev.perdure.chaos;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.perdure.chaos.ServePlan.Entry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of a campaign against served models.
 *
 * @param name of the model that was asked
 * @param problem why the campaign ended before its end; empty when it did not
 * @param asked requests in all; those that were asked besides, in an overload, are not among them
 * @param examples some of what failed or was wrong
 * @param replicas of each gateway
 * @param orphans processes that outlived it
 */
public record ServeChaosReport(
        String name,
        long seed,
        int gateways,
        int replicas,
        double perSecond,
        String problem,
        long asked,
        long failed,
        long late,
        long degraded,
        long wrong,
        List<String> examples,
        int orphans,
        double seconds,
        List<Row> rows) {
    public ServeChaosReport {
        examples = List.copyOf(examples);
        rows = List.copyOf(rows);
    }

    /** How a fault ended. */
    public enum Verdict {
        /** Noticed under a right name, and another replica took the place. */
        REPLACED("replaced"),
        /** Noticed under a right name; nobody had to be replaced. */
        NOTICED("noticed"),
        /** Not noticed, and need not have been. */
        UNHARMED("no harm"),
        /** A request failed or was answered wrongly meanwhile, or a connection ended that should not. */
        HARMFUL("DID HARM"),
        /** Not noticed, or under a wrong name. */
        UNNOTICED("NOT NOTICED"),
        /** Noticed, but no other replica had taken the place when all was over. */
        OPEN("NOT REPLACED"),
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
            return this == REPLACED || this == NOTICED || this == UNHARMED;
        }
    }

    /**
     * One fault, and what was asked from it until the next.
     *
     * @param who and how: whom it befell, where; empty when it did not happen
     * @param firedSeconds since the campaign began
     * @param detectMillis until it was told under a right name
     * @param ejectMillis until a replica was out
     * @param replaceMillis until another was put to use
     * @param finding what was told
     * @param again how often a request had to be sent again because its connection had ended
     * @param slowestMillis of its requests
     * @param wrongMillis until the last request was due that was answered wrongly; absent when none was
     * @param problem what was wrong besides; empty for nothing
     */
    public record Row(
            String id,
            String kind,
            String who,
            String how,
            @Nullable Double firedSeconds,
            @Nullable Double detectMillis,
            @Nullable Double ejectMillis,
            @Nullable Double replaceMillis,
            String finding,
            int asked,
            int failed,
            int late,
            int degraded,
            int wrong,
            int again,
            double slowestMillis,
            @Nullable Double wrongMillis,
            String problem,
            Verdict verdict) {
        static Row never(Entry entry) {
            return new Row(
                    entry.id(),
                    entry.fault().kind(),
                    "",
                    "",
                    null,
                    null,
                    null,
                    null,
                    "",
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    null,
                    "",
                    Verdict.NEVER);
        }
    }

    /** Returns the same of a campaign that so many processes outlived. */
    public ServeChaosReport withOrphans(int left) {
        return new ServeChaosReport(
                name, seed, gateways, replicas, perSecond, problem, asked, failed, late, degraded, wrong, examples,
                left, seconds, rows);
    }

    /** Returns whether everything is as promised. */
    @JsonProperty("good")
    public boolean isGood() {
        return problem.isEmpty()
                && failed == 0
                && wrong == 0
                && orphans == 0
                && rows.stream().allMatch(row -> row.verdict().isGood());
    }

    public String toJson() {
        return ReportJson.of(this);
    }
}

package dev.perdure.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.guard.DriftReport.Evidence;
import dev.perdure.guard.DriftStanding.Change;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Drift is told when it changes, not in each window. */
class DriftStandingTest {
    private final List<String> told = new ArrayList<>();
    private DriftStanding standing = DriftStanding.NONE;
    private long number;

    /** A window in which these alarm, and one more that never does. */
    private void window(String... alarming) {
        var evidence = new ArrayList<Evidence>();
        Arrays.stream(alarming).forEach(feature -> evidence.add(evidence(feature, 1e-9)));
        evidence.add(evidence("calm", 0.5));
        DriftStanding.Turn turn = standing.after(new DriftReport(++number, 500, 0.001, evidence));
        standing = turn.standing();
        Optional<Change> change = turn.change();
        change.ifPresent(news -> told.add(
                switch (news) {
                    case Change.Began began ->
                        began.report().number() + " began "
                                + began.evidence().stream()
                                        .map(Evidence::feature)
                                        .toList();
                    case Change.Ended ended -> ended.report().number() + " ended";
                }));
    }

    private static Evidence evidence(String feature, double pValue) {
        return new Evidence(feature, "test", 1, pValue, 1e-3, Double.NaN, "");
    }

    @Test
    void eachFeatureIsToldOnceWhileItDrifts() {
        window();
        window("age");
        window("age");
        window("income", "age");
        window("income");
        window("age");
        assertThat(told).containsExactly("2 began [age]", "4 began [income]");
        assertThat(standing.drifting()).containsExactly("age", "income");
    }

    @Test
    void itIsOverAfterTwoQuietWindowsInARowAndThenNewAgain() {
        window("age");
        window();
        window("age");
        window();
        assertThat(told).containsExactly("1 began [age]");
        window();
        window();
        assertThat(told).containsExactly("1 began [age]", "5 ended");
        assertThat(standing).isEqualTo(new DriftStanding(DriftStanding.NONE.drifting(), 1));
        window("age");
        assertThat(told).endsWith("7 began [age]");
    }

    @Test
    void twoTestsOfOneFeatureAreOneNewFeature() {
        window("age", "age");
        assertThat(told).containsExactly("1 began [age, age]");
        window("age");
        assertThat(told).hasSize(1);
    }
}

package dev.perdure.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiagnosisTest {
    private static final Likelihoods STANDARD = Likelihoods.standard();

    /** M4: 0.1 · 0.01 / (0.1 · 0.01 + 0.01 · 0.99) = 0.0917. */
    @Test
    void oneErrorLogRaisesTheChanceOfAFaultToTheNumberOfTheRequirements() {
        var likelihoods = new Likelihoods(
                Map.of(EvidenceKind.ERROR_LOGS, Map.of(FaultKind.HEALTHY, 0.01, FaultKind.HOST_FAULT, 0.10)));
        var before = Diagnosis.prior(Map.of(FaultKind.HEALTHY, 0.99, FaultKind.HOST_FAULT, 0.01));
        var after = before.after(Evidence.plain(EvidenceKind.ERROR_LOGS), likelihoods);
        assertThat(after.chance(FaultKind.HOST_FAULT)).isCloseTo(0.0917, within(5e-5));
        assertThat(after.mostLikely()).isEqualTo(FaultKind.HEALTHY);
    }

    @Test
    void everyEvidenceHasALikelihoodForEveryFault() {
        for (EvidenceKind evidence : EvidenceKind.values()) {
            for (FaultKind fault : FaultKind.values()) {
                assertThat(STANDARD.of(evidence, fault))
                        .as("%s | %s", evidence, fault)
                        .isBetween(1e-6, 0.99);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "PROCESS_EXITED CONNECTION_LOST, PROCESS_DEATH",
        "PROCESS_EXITED OUT_OF_MEMORY, OUT_OF_MEMORY",
        "CONNECTION_LOST HEARTBEAT_MISSED, NETWORK_CUT",
        "STUCK_COMPUTING, HANG",
        "SLOWER_THAN_PEERS, SLOW_WORKER",
        "NOT_FINITE, NOT_FINITE",
        "LOSS_SPIKE LOSS_DIVERGING, DIVERGENCE",
        "DIGEST_DIFFERS, SILENT_CORRUPTION",
        "STORAGE_ERROR STUCK_SAVING, STORAGE_FAULT",
        "RECORD_INVALID, BAD_RECORD",
        "HOST_FAILED_BEFORE CONNECTION_LOST HEARTBEAT_MISSED ERROR_LOGS, HOST_FAULT",
    })
    void plainEvidenceLeadsToThePlainCause(String evidence, FaultKind cause) {
        var diagnosis = Diagnosis.priorFrom(Map.of());
        for (String kind : evidence.split(" ")) {
            diagnosis = diagnosis.after(Evidence.plain(EvidenceKind.valueOf(kind)), STANDARD);
        }
        if (evidence.equals("CONNECTION_LOST HEARTBEAT_MISSED")) { // the operating system says that the process lives
            diagnosis = diagnosis.afterAbsence(EvidenceKind.PROCESS_EXITED, STANDARD);
        }
        assertThat(diagnosis.mostLikely()).as("%s", diagnosis.words()).isEqualTo(cause);
        assertThat(diagnosis.words()).startsWith(cause.words());
    }

    /** Faults drawn from the prior, evidence from the table: of what is believed with p, a share p is true. */
    @Test
    void whatIsBelievedIsTrueAsOftenAsItIsBelieved() {
        var random = new Random(21);
        var prior = Diagnosis.priorFrom(Map.of());
        int runs = 10_000;
        double believed = 0;
        double variance = 0;
        int right = 0;
        for (int run = 0; run < runs; run++) {
            FaultKind fault = draw(prior, random);
            var diagnosis = prior;
            for (EvidenceKind kind : EnumSet.complementOf(EnumSet.of(EvidenceKind.PROCESS_EXITED))) {
                diagnosis = random.nextDouble() < STANDARD.of(kind, fault)
                        ? diagnosis.after(Evidence.plain(kind), STANDARD)
                        : diagnosis.afterAbsence(kind, STANDARD);
            }
            double chance = diagnosis.chance(diagnosis.mostLikely());
            believed += chance;
            variance += chance * (1 - chance);
            right += diagnosis.mostLikely() == fault ? 1 : 0;
        }
        assertThat((double) right).isCloseTo(believed, within(4 * Math.sqrt(variance)));
        assertThat(right).isGreaterThan(runs * 3 / 4);
    }

    private static FaultKind draw(Diagnosis prior, Random random) {
        double left = random.nextDouble();
        for (var entry : prior.chances().entrySet()) {
            left -= entry.getValue();
            if (left < 0) {
                return entry.getKey();
            }
        }
        return FaultKind.HEALTHY;
    }

    @Test
    void theOrderOfEvidenceDoesNotMatterAndRepetitionCountsOnce() {
        var prior = Diagnosis.priorFrom(Map.of());
        var a = Evidence.plain(EvidenceKind.ERROR_LOGS);
        var b = Evidence.plain(EvidenceKind.STORAGE_SLOW);
        var ab = prior.after(a, STANDARD).after(b, STANDARD);
        var ba = prior.after(b, STANDARD).after(a, STANDARD).after(b, STANDARD);
        for (FaultKind fault : FaultKind.values()) {
            assertThat(ab.chance(fault)).isCloseTo(ba.chance(fault), within(1e-12));
        }
        assertThat(ba.evidence()).containsExactly(b, a);
    }

    @Test
    void theCausesOfEarlierIncidentsChangeWhatIsExpected() {
        var standard = Diagnosis.priorFrom(Map.of());
        var learned = Diagnosis.priorFrom(Map.of(FaultKind.STORAGE_FAULT, 50));
        assertThat(learned.chance(FaultKind.STORAGE_FAULT)).isGreaterThan(0.6);
        assertThat(standard.chance(FaultKind.STORAGE_FAULT)).isLessThan(0.1);
    }

    @Test
    void nothingIsEverImpossibleAndChancesSumToOne() {
        assertThatThrownBy(() -> STANDARD.with(EvidenceKind.ERROR_LOGS, FaultKind.HANG, 0))
                .hasMessageContaining("P(ERROR_LOGS | HANG): 0.0 (expected: > 0 and < 1)");
        assertThatThrownBy(() -> Diagnosis.prior(new EnumMap<>(Map.of(FaultKind.HANG, 0.4))))
                .hasMessageContaining("0.4 in all (expected: 1)");
        assertThat(STANDARD.with(EvidenceKind.ERROR_LOGS, FaultKind.HANG, 0.7)
                        .of(EvidenceKind.ERROR_LOGS, FaultKind.HANG))
                .isEqualTo(0.7);
    }
}

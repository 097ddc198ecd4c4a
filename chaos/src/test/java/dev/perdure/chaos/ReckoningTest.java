package dev.perdure.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.chaos.Agenda.Due;
import dev.perdure.chaos.Agenda.Entry;
import dev.perdure.chaos.ChaosFolder.Fired;
import dev.perdure.chaos.ChaosReport.Row;
import dev.perdure.chaos.ChaosReport.Verdict;
import dev.perdure.chaos.Reckoning.Redone;
import dev.perdure.chaos.Reckoning.Sighting;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReckoningTest {
    private static final Instant BEGAN = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void aFaultIsTimedFromItsMomentToTheTellingAndToTheNextStep() {
        var result = Reckoning.of(
                List.of(entry("1", new Fault.Kill())),
                List.of(fired("1", 1_000)),
                List.of(sighting("worker-killed", 1_080, 1_200)),
                List.of(new Redone(at(1_150), 2)),
                BEGAN);
        assertThat(result.rows())
                .containsExactly(new Row(
                        "1", "kill", "w0-1", "somewhere", 1.0, 80.0, 200.0, 2, "worker-killed", Verdict.RECOVERED));
        assertThat(result.unexplained()).isEmpty();
        assertThat(result.isSettled()).isTrue();
    }

    @Test
    void whatIsNotNoticedNotRecoveredFromOrDidNotHappenIsNoSuccess() {
        var result = Reckoning.of(
                List.of(entry("1", new Fault.Stop()), entry("2", new Fault.Kill()), entry("3", new Fault.Kill())),
                List.of(fired("1", 0), fired("2", 100)),
                List.of(sighting("worker-killed", 200, null)),
                List.of(),
                BEGAN);
        assertThat(result.rows())
                .extracting(Row::verdict)
                .containsExactly(Verdict.UNNOTICED, Verdict.OPEN, Verdict.NEVER);
        assertThat(result.isSettled()).isFalse();
    }

    @Test
    void aWrongNameIsNotNoticing() {
        var result = Reckoning.of(
                List.of(entry("1", new Fault.FullDisk(2))),
                List.of(fired("1", 0)),
                List.of(sighting("worker-killed", 100, 200)),
                List.of(),
                BEGAN);
        assertThat(result.rows().getFirst().verdict()).isEqualTo(Verdict.UNNOTICED);
    }

    @Test
    void whatNeedNotBeNoticedMayPassInSilence() {
        var result = Reckoning.of(
                List.of(
                        entry("1", new Fault.LockRegistry(Duration.ofSeconds(1))),
                        entry("2", new Fault.Pause(Duration.ofMillis(100)))),
                List.of(fired("1", 0), fired("2", 10)),
                List.of(),
                List.of(),
                BEGAN);
        assertThat(result.rows()).extracting(Row::verdict).containsOnly(Verdict.UNHARMED);
    }

    @Test
    void anIncidentBelongsToOneFaultOnly() {
        var result = Reckoning.of(
                List.of(entry("1", new Fault.Kill()), entry("2", new Fault.Kill())),
                List.of(fired("1", 0), fired("2", 10)),
                List.of(sighting("worker-killed", 50, 60)),
                List.of(),
                BEGAN);
        assertThat(result.rows()).extracting(Row::verdict).containsExactly(Verdict.RECOVERED, Verdict.UNNOTICED);
    }

    @Test
    void anIncidentBeforeEveryFaultOrLongAfterIsAFalseAlarm() {
        var early = sighting("worker-silent", 100, 200);
        var late = sighting("worker-silent", 100_000, 100_200);
        var result = Reckoning.of(
                List.of(entry("1", new Fault.Kill())),
                List.of(fired("1", 1_000)),
                List.of(early, sighting("worker-killed", 1_100, 1_200), sighting("group-broken", 1_150, 1_200), late),
                List.of(),
                BEGAN);
        assertThat(result.unexplained()).containsExactly(early, late);
    }

    @Test
    void theReportIsGoodOnlyWhenNothingDiffers() {
        var row = new Row("1", "kill", "w0-1", "", 0.0, 1.0, 2.0, 0, "worker-killed", Verdict.RECOVERED);
        assertThat(report("aa", 0, row).isGood()).isTrue();
        assertThat(report("bb", 0, row).isGood()).isFalse();
        assertThat(report("", 0, row).isGood()).isFalse();
        assertThat(report("aa", 1, row).isGood()).isFalse();
        var never = new Row("1", "kill", "", "", null, null, null, 0, "", Verdict.NEVER);
        assertThat(report("aa", 0, never).isGood()).isFalse();
        assertThat(report("aa", 0, never).toJson()).contains("\"detectMillis\" : null", "\"NEVER\"");
        assertThat(String.join("\n", ChaosPage.lines(report("aa", 0, never)))).contains("DID NOT HAPPEN");
        assertThat(ChaosPage.render(report("aa", 0, row))).contains("nothing lost", "bit for bit");
        assertThat(ChaosPage.render(report("bb", 0, row))).contains("not as promised", "NOT those");
    }

    private static ChaosReport report(String weights, long lost, Row row) {
        return new ChaosReport("r", 1, 3, "aa", weights, "", lost, 0, 10, 1, 1, List.of(), 0, 2.5, List.of(row));
    }

    private static Entry entry(String id, Fault fault) {
        return new Entry(id, fault, new Who.Random(), new Due.AtStep(1, true), 0);
    }

    private static Fired fired(String id, long millis) {
        return new Fired(id, at(millis), "w0-1", "somewhere");
    }

    private static Sighting sighting(String kind, long millis, @Nullable Integer recoveredMillis) {
        return new Sighting(
                kind + millis, kind, at(millis), recoveredMillis == null ? null : at(recoveredMillis.longValue()));
    }

    private static Instant at(long millis) {
        return BEGAN.plusMillis(millis);
    }
}

package dev.perdure.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.chaos.ChaosFolder.Fired;
import dev.perdure.chaos.ServeChaosReport.Row;
import dev.perdure.chaos.ServeChaosReport.Verdict;
import dev.perdure.chaos.ServePlan.Entry;
import dev.perdure.chaos.ServedTarget.End;
import dev.perdure.chaos.ServedTarget.Ended;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Faults, what was told, and what became of requests come together as they happened. */
class ServeReckoningTest {
    private static final Instant BEGAN = Instant.parse("2026-11-30T12:00:00Z");
    private static final Entry KILL = new Entry("01-kill", new ServeFault.Kill(), 1);
    private static final Entry FLIP = new Entry("02-flip-weights", new ServeFault.FlipWeights(), 2);
    private static final Entry READERS =
            new Entry("03-slow-readers", new ServeFault.SlowReaders(1, Duration.ofSeconds(1)), 3);

    private final List<Fired> fired = new ArrayList<>();
    private final List<Told> told = new ArrayList<>();
    private final List<Ended> ended = new ArrayList<>();

    private static Instant at(double seconds) {
        return BEGAN.plusNanos(Math.round(seconds * 1e9));
    }

    private void fires(Entry entry, double seconds) {
        fired.add(new Fired(entry.id(), at(seconds), "7", "from outside"));
    }

    private void out(double seconds, String kind) {
        told.add(new Told(at(seconds), "m", kind, true, false, ""));
    }

    private void in(double seconds) {
        told.add(new Told(at(seconds), "m", "", false, true, ""));
    }

    private void asked(double seconds, End end) {
        ended.add(new Ended(at(seconds), 10 * seconds, end, 0, ""));
    }

    private List<Row> rows(Entry... entries) {
        return ServeReckoning.rows(List.of(entries), fired, told, ended, Map.of(), 1, BEGAN);
    }

    @Test
    void whatIsOutForTheNextFaultSaysNothingOfOneThatBefallsWhoeverStarts() {
        var slow = new Entry("04-slow-load", new ServeFault.SlowLoad(Duration.ofSeconds(3)), 4);
        fires(slow, 1);
        in(5);
        out(6, "ending"); // killed, for the next one to befall its successor
        fires(KILL, 6.1);
        Row row = rows(slow, KILL).getFirst();
        assertThat(row.verdict()).isEqualTo(Verdict.REPLACED);
        assertThat(row.replaceMillis()).isEqualTo(4_000);
        assertThat(row.ejectMillis()).isNull();
    }

    @Test
    void aLossHasTheTimesAtWhichItWasNoticedAndMadeGood() {
        fires(KILL, 1);
        out(1.01, "disconnected");
        out(1.012, "exited");
        in(2.5);
        Row row = rows(KILL).getFirst();
        assertThat(row.verdict()).isEqualTo(Verdict.REPLACED);
        assertThat(row.detectMillis()).isEqualTo(10);
        assertThat(row.ejectMillis()).isEqualTo(10);
        assertThat(row.replaceMillis()).isEqualTo(1_500);
        assertThat(row.finding()).isEqualTo("disconnected");
        assertThat(row.firedSeconds()).isEqualTo(1);
    }

    @Test
    void requestsAreThoseOfTheFaultBeforeThem() {
        fires(KILL, 1);
        fires(FLIP, 5);
        asked(0.5, End.RIGHT);
        asked(1.5, End.LATE);
        asked(4.5, End.DEGRADED);
        asked(6, End.WRONG);
        List<Row> rows = rows(KILL, FLIP);
        assertThat(rows.getFirst().asked()).isEqualTo(2);
        assertThat(rows.getFirst().late()).isEqualTo(1);
        assertThat(rows.getFirst().degraded()).isEqualTo(1);
        assertThat(rows.getFirst().slowestMillis()).isEqualTo(45);
        assertThat(rows.get(1).wrong()).isEqualTo(1);
        assertThat(rows.get(1).wrongMillis()).isEqualTo(1_000);
        assertThat(rows.getFirst().wrongMillis()).isNull();
        assertThat(rows.get(1).verdict()).isEqualTo(Verdict.HARMFUL);
    }

    @Test
    void aFailedRequestIsHarmHoweverWellTheFaultWasNoticed() {
        fires(KILL, 1);
        out(1.01, "exited");
        in(2);
        asked(1.1, End.FAILED);
        assertThat(rows(KILL).getFirst().verdict()).isEqualTo(Verdict.HARMFUL);
    }

    @Test
    void anotherNameIsNotNoticed() {
        fires(FLIP, 1);
        out(1.5, "silent");
        in(2);
        Row row = rows(FLIP).getFirst();
        assertThat(row.verdict()).isEqualTo(Verdict.UNNOTICED);
        assertThat(row.detectMillis()).isNull();
        assertThat(row.finding()).isEqualTo("silent");
    }

    @Test
    void aLossThatNobodyMadeGoodIsOpen() {
        fires(KILL, 1);
        in(0.5);
        out(1.01, "exited");
        assertThat(rows(KILL).getFirst().verdict()).isEqualTo(Verdict.OPEN);
    }

    @Test
    void whatDoesNoHarmNeedNotBeNoticedAndWhatDidNotHappenIsSaid() {
        fires(READERS, 1);
        List<Row> rows = rows(KILL, READERS);
        assertThat(rows.getFirst().verdict()).isEqualTo(Verdict.NEVER);
        assertThat(rows.get(1).verdict()).isEqualTo(Verdict.UNHARMED);
        Row wrong = ServeReckoning.rows(List.of(READERS), fired, told, ended, Map.of(READERS.id(), "no"), 1, BEGAN)
                .getFirst();
        assertThat(wrong.verdict()).isEqualTo(Verdict.HARMFUL);
        assertThat(wrong.problem()).isEqualTo("no");
    }

    @Test
    void aRequestThatHadToBeSentAgainIsHarmUnlessItsGatewayWasKilled() {
        Entry gateway = new Entry("04-kill-gateway", new ServeFault.KillGateway(), 4);
        fires(KILL, 1);
        out(1.01, "exited");
        in(2);
        ended.add(new Ended(at(1.5), 30, End.RIGHT, 1, ""));
        fires(gateway, 5);
        out(5.01, Told.GATEWAY_GONE);
        in(6);
        ended.add(new Ended(at(5.5), 30, End.RIGHT, 2, ""));
        List<Row> rows = rows(KILL, gateway);
        assertThat(rows.getFirst().verdict()).isEqualTo(Verdict.HARMFUL);
        assertThat(rows.getFirst().again()).isEqualTo(1);
        assertThat(rows.get(1).verdict()).isEqualTo(Verdict.REPLACED);
        assertThat(rows.get(1).again()).isEqualTo(2);
    }

    @Test
    void aFaultThatBefallsSeveralIsOneAndHasEverythingUntilTheNext() {
        Entry disk = new Entry("05-full-disk", new ServeFault.FullDisk(2), 5);
        fires(disk, 1);
        out(1.5, "exited");
        fired.add(new Fired(disk.id() + "_2", at(2), "8", "while it loads"));
        in(4);
        asked(3, End.RIGHT);
        Row row = rows(disk).getFirst();
        assertThat(row.verdict()).isEqualTo(Verdict.REPLACED);
        assertThat(row.replaceMillis()).isEqualTo(3_000);
        assertThat(row.asked()).isEqualTo(1);
    }

    @Test
    void aPauseNeedNotBeNoticedByWhoIsMorePatientThanItIsLong() {
        Entry pause = new Entry("06-pause", new ServeFault.Pause(Duration.ofSeconds(2)), 6);
        fires(pause, 1);
        assertThat(rows(pause).getFirst().verdict()).isEqualTo(Verdict.UNNOTICED);
        assertThat(ServeReckoning.rows(List.of(pause), fired, told, ended, Map.of(), 8, BEGAN)
                        .getFirst()
                        .verdict())
                .isEqualTo(Verdict.UNHARMED);
    }
}

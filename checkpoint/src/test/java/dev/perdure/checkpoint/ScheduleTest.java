package dev.perdure.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.Settings;
import dev.perdure.reliability.FailureRate;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleTest {
    private static Schedule.Progress at(long step, long lastSave, boolean epochEnded, double seconds) {
        return new Schedule.Progress(
                step,
                lastSave,
                epochEnded,
                Duration.ofMillis(Math.round(1e3 * seconds)),
                SaveCost.unknown(),
                FailureRate.prior());
    }

    @Test
    void savesEveryNStepsWhereverTheRunWasResumed() {
        var schedule = new Schedule.EverySteps(100);
        assertThat(schedule.isDue(at(100, 0, false, 0))).isTrue();
        assertThat(schedule.isDue(at(150, 100, false, 1e6))).isFalse();
        assertThat(schedule.isDue(at(200, 150, false, 0))).isTrue();
    }

    @Test
    void savesAtTheEndOfAnEpoch() {
        assertThat(new Schedule.EveryEpoch().isDue(at(7, 0, true, 0))).isTrue();
        assertThat(new Schedule.EveryEpoch().isDue(at(8, 0, false, 1e6))).isFalse();
    }

    @Test
    void savesWhenTheTimeHasPassed() {
        var schedule = new Schedule.EveryTime(Duration.ofSeconds(30));
        assertThat(schedule.isDue(at(7, 0, false, 29.9))).isFalse();
        assertThat(schedule.isDue(at(7, 0, false, 30))).isTrue();
    }

    @Test
    void neverSavesAStepTwice() {
        for (Schedule schedule : new Schedule[] {
            new Schedule.EverySteps(1),
            new Schedule.EveryEpoch(),
            new Schedule.EveryTime(Duration.ofMillis(1)),
            new Schedule.Auto()
        }) {
            assertThat(schedule.isDue(at(5, 5, true, 1e9))).isFalse();
            assertThat(schedule.isDue(at(6, 5, true, 1e9))).isTrue();
        }
    }

    @Test
    void moreFailuresMakeItSaveMoreOftenAndQuietHoursLess() {
        FailureRate prior = FailureRate.prior();
        assertThat(prior.meanSecondsBetween()).isEqualTo(24 * 3600);
        assertThat(prior.after(24 * 3600, 0).meanSecondsBetween()).isEqualTo(48 * 3600);
        assertThat(prior.after(0, 3).meanSecondsBetween()).isEqualTo(6 * 3600);
        SaveCost cost = new SaveCost(0.05, 0.6, 0.5);
        Duration usual = OptimalInterval.of(cost, prior);
        assertThat(OptimalInterval.of(cost, prior.after(3600, 4))).isLessThan(usual);
        assertThat(OptimalInterval.of(cost, prior.after(240 * 3600, 0))).isGreaterThan(usual);
    }

    @Test
    void theIntervalIsNeverShorterThanASaveTakes() {
        var slow = new SaveCost(0, 600, 0.01);
        assertThat(OptimalInterval.of(slow, new FailureRate(1000, 3600))).isEqualTo(Duration.ofMinutes(10));
        assertThat(OptimalInterval.of(new SaveCost(0, 0, 0), FailureRate.prior()))
                .isEqualTo(OptimalInterval.SHORTEST);
    }

    @Test
    void theCostFollowsWhatIsMeasured() {
        var saved = new SavedCheckpoint(new CheckpointName(1, 1), 0, 0, 50, 60, 650);
        SaveCost first = SaveCost.unknown().after(saved);
        assertThat(first).isEqualTo(new SaveCost(0.05, 0.6, 0.5));
        assertThat(first.seconds()).isCloseTo(0.35, within(1e-9));
        SaveCost slower = first.after(new SavedCheckpoint(new CheckpointName(1, 2), 0, 0, 1050, 60, 1650));
        assertThat(slower.stallSeconds()).isCloseTo(0.35, within(1e-9));
    }

    private static CheckpointSettings read(String yaml) {
        Settings settings = Settings.parse("digits.yaml", yaml);
        CheckpointSettings read = CheckpointSettings.read(settings.section("checkpoint"));
        settings.finish();
        return read;
    }

    @Test
    void readsEverySettingOfTheSection() {
        CheckpointSettings settings = read("""
                checkpoint:
                  every: {steps: 100}
                  keep: {newest: 5, every-steps: 1000, best: heldOutLoss, best-count: 2, age-hours: 72}
                  mirror: /other/disk
                  object-bytes: 67108864
                  save-errors-max: 4
                """);

        assertThat(settings)
                .isEqualTo(new CheckpointSettings(
                        new Schedule.EverySteps(100),
                        new RetentionPolicy(
                                5,
                                OptionalLong.of(1000),
                                Optional.of(new RetentionPolicy.Best("heldOutLoss", 2)),
                                Optional.of(Duration.ofDays(3))),
                        Optional.of(Path.of("/other/disk")),
                        67_108_864,
                        4));
    }

    @Test
    void hasDefaultsForAll() {
        assertThat(read("checkpoint: {}").every()).isEqualTo(new Schedule.EveryEpoch());
        assertThat(read("checkpoint: {every: auto}").every()).isEqualTo(new Schedule.Auto());
        assertThat(read("checkpoint: {every: {seconds: 0.5}}").every())
                .isEqualTo(new Schedule.EveryTime(Duration.ofMillis(500)));
        assertThat(read("checkpoint: {every: epoch}").keep()).isEqualTo(RetentionPolicy.newest(5));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{every: epok} | checkpoint.every: epok (expected: one of epoch, auto) Did you mean 'epoch'?",
                "{every: {steps: 0}} | checkpoint.every.steps: 0 (expected: a whole number >= 1)",
                "{every: {}} | checkpoint.every: is not one interval (expected: {steps: 100}",
                "{every: {steps: 1, seconds: 2}} | is not one interval",
                "{keep: {newst: 2}} | checkpoint.keep.newst: is not a setting. Did you mean 'newest'?",
                "{keep: {newest: 0}} | checkpoint.keep.newest: 0 (expected: a whole number >= 1)",
                "{keep: {every-steps: 0}} | checkpoint.keep.every-steps: 0",
                "{keep: {age-hours: -1}} | checkpoint.keep.age-hours: -1",
                "{object-bytes: 1} | checkpoint.object-bytes: 1 (expected: a whole number >= 1024)",
                "{save-errors-max: 0} | checkpoint.save-errors-max: 0",
            })
    void refusesWhatCannotBeDoneSayingWhat(String section, String problem) {
        assertThatThrownBy(() -> read("checkpoint: " + section))
                .isInstanceOf(BadSettingException.class)
                .hasMessageContaining("digits.yaml:1")
                .hasMessageContaining(problem);
    }
}

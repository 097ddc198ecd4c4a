package dev.perdure.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.training.TrainingEvent.Restored;
import dev.perdure.training.TrainingEvent.SaveFailed;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RunCurvesTest {

    @Test
    void followsThePathThatTheFinalWeightsWent() {
        RunCurves run = RunCurves.of(SampleRuns.twiceKilled());
        assertThat(run.steps())
                .extracting(TrainingEvent.StepApplied::step)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 1410).boxed().toList());
        assertThat(run.epochs())
                .extracting(TrainingEvent.EpochEnded::epoch)
                .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
        assertThat(run.breaks())
                .containsExactly(new RunCurves.Break(523, 500, false), new RunCurves.Break(923, 800, true));
    }

    @Test
    void noticesARestartBeforeTheFirstCheckpoint() {
        var events = new ArrayList<TrainingEvent>();
        SampleRuns.steps(events, 1, 37, 100);
        SampleRuns.steps(events, 1, 60, 100);
        RunCurves run = RunCurves.of(events);
        assertThat(run.breaks()).containsExactly(new RunCurves.Break(37, 0, false));
        assertThat(run.steps()).hasSize(60);
    }

    @Test
    void placesIncidentsByWhatTheySayAndElseByOrder() {
        var events = new ArrayList<TrainingEvent>();
        SampleRuns.steps(events, 1, 37, 100);
        events.add(new SaveFailed(30, "disk full", true));
        events.add(new Restored(30, 1, List.of()));
        SampleRuns.steps(events, 31, 60, 100);
        events.add(new Restored(50, 1, List.of("checkpoint 55")));
        var incidents = List.of(
                incident("save-failed", "disk full"),
                incident("trainer-killed", "signal 9"),
                incident("trainer-killed", "signal 9 after step 58"),
                incident("checkpoint-damaged", "a byte"),
                incident("somebody-sneezed", "loudly"));
        assertThat(IncidentMark.of(incidents, RunCurves.of(events)))
                .extracting(IncidentMark::step)
                .containsExactly(30L, 37L, 58L, 60L, -1L);
    }

    private static Incident incident(String kind, String evidence) {
        return new Incident("2026-11-21T09:43:56Z", kind, evidence, "", "", 1, 1);
    }
}

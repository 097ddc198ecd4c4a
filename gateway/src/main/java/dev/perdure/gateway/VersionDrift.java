package dev.perdure.gateway;

import dev.perdure.core.TensorData;
import dev.perdure.guard.DriftDetector;
import dev.perdure.guard.DriftMonitor;
import dev.perdure.guard.DriftReport;
import dev.perdure.guard.DriftSettings;
import dev.perdure.guard.DriftStanding;
import dev.perdure.guard.InputGuard;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Drift of what one version is asked. One thread feeds it; any may look. */
final class VersionDrift {
    private final ServedVersion version;
    private final Optional<String> absence;
    private final Optional<DriftSettings> settings;
    private final InstantSource clock;
    private final LongAdder leftOut = new LongAdder();
    private @Nullable DriftMonitor monitor;
    private DriftStanding standing = DriftStanding.NONE;
    private volatile DriftLook look;

    /** @param settings absent when it is not to be watched */
    VersionDrift(ServedVersion version, Optional<DriftSettings> settings, InstantSource clock) {
        this.version = version;
        this.clock = clock;
        this.settings = settings;
        this.absence = absence(version, settings);
        this.look = new DriftLook(
                version.id(),
                absence,
                0,
                0,
                settings.map(DriftSettings::window).orElse(0),
                0,
                0,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty());
    }

    private static Optional<String> absence(ServedVersion version, Optional<DriftSettings> settings) {
        TrainingInputs training = version.training();
        if (settings.isEmpty()) {
            return Optional.of("it is switched off");
        }
        if (training.reference().isEmpty()) {
            return Optional.of("the bundle has no drift reference");
        }
        return InputGuard.absence(training.profile(), training.preprocessing(), version.signature());
    }

    ServedVersion version() {
        return version;
    }

    boolean isWatched() {
        return absence.isEmpty();
    }

    void leftOut(long items) {
        leftOut.add(items);
    }

    /** Takes items as they came, and tells what changes by them. The first makes the detector, which takes a while. */
    void take(TensorData input, Consumer<DriftStanding.Change> told) {
        DriftMonitor watching = monitor();
        Optional<DriftReport> last = look.last();
        Optional<DriftReport> alarming = look.alarming();
        Optional<Instant> lookedAt = look.lookedAt();
        long windows = look.windows();
        long alarms = look.alarms();
        for (DriftReport report : watching.add(input)) {
            windows++;
            alarms += report.drifted() ? 1 : 0;
            lookedAt = Optional.of(clock.instant());
            last = Optional.of(report);
            alarming = report.drifted() ? last : alarming;
            DriftStanding.Turn turn = standing.after(report);
            standing = turn.standing();
            turn.change().ifPresent(told);
        }
        look = new DriftLook(
                version.id(),
                absence,
                look.taken() + input.shape().size(0),
                0,
                watching.lacking(),
                windows,
                alarms,
                lookedAt,
                List.copyOf(standing.drifting()),
                last,
                alarming);
    }

    /** Takes what an inner layer gave for some items: the next window that is full is compared by them as well. */
    void takeInner(TensorData numbers) {
        monitor().addInner(numbers);
    }

    private DriftMonitor monitor() {
        @Nullable DriftMonitor known = monitor;
        if (known == null) {
            TrainingInputs training = version.training();
            known = new DriftMonitor(DriftDetector.of(
                            training.profile().orElseThrow(),
                            training.reference().orElseThrow(),
                            training.preprocessing().orElseThrow(),
                            version.signature().inputs().getFirst().sample(),
                            settings.orElseThrow())
                    .orElseThrow());
            monitor = known;
        }
        return known;
    }

    DriftLook look() {
        DriftLook now = look;
        return new DriftLook(
                now.model(),
                now.absence(),
                now.taken(),
                leftOut.sum(),
                now.lacking(),
                now.windows(),
                now.alarms(),
                now.lookedAt(),
                now.drifting(),
                now.last(),
                now.alarming());
    }
}

package dev.perdure.checkpoint;

import dev.perdure.core.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The section {@code checkpoint} of a configuration.
 *
 * @param every when to save
 * @param keep what stays
 * @param mirror the folder of a second store
 * @param objectBytes the cap of an object
 * @param saveErrorsMax how many saves may fail in a row
 */
public record CheckpointSettings(
        Schedule every, RetentionPolicy keep, Optional<Path> mirror, long objectBytes, int saveErrorsMax) {
    private static final int NEWEST_DEFAULT = 5;
    private static final int SAVE_ERRORS_MAX_DEFAULT = 3;
    private static final long OBJECT_BYTES_MIN = 1 << 10;
    private static final double SECONDS_MIN = 0.001;
    private static final double SECONDS_MAX = 1e9;
    private static final Map<String, Schedule> WORDS = words();
    private static final double HOUR_MILLIS = 3_600_000;

    private static Map<String, Schedule> words() {
        var words = new LinkedHashMap<String, Schedule>();
        words.put("epoch", new Schedule.EveryEpoch());
        words.put("auto", new Schedule.Auto());
        return words;
    }

    /** Reads the section; what is wrong in it is collected by {@code section}. */
    public static CheckpointSettings read(Settings section) {
        return new CheckpointSettings(
                schedule(section),
                retention(section.section("keep")),
                section.optionalPath("mirror"),
                section.whole(
                        "object-bytes", CheckpointerOptions.OBJECT_BYTES_DEFAULT, OBJECT_BYTES_MIN, Long.MAX_VALUE),
                section.integer("save-errors-max", SAVE_ERRORS_MAX_DEFAULT, 1, Integer.MAX_VALUE));
    }

    private static Schedule schedule(Settings section) {
        return section.isSection("every")
                ? interval(section.section("every"))
                : section.choice("every", WORDS, Optional.of(new Schedule.EveryEpoch()));
    }

    private static Schedule interval(Settings every) {
        if (every.has("steps") == every.has("seconds")) {
            every.reject(
                    "", "is not one interval (expected: {steps: 100} or {seconds: 30}, or the words epoch or auto)");
            return new Schedule.EveryEpoch();
        }
        if (every.has("steps")) {
            return new Schedule.EverySteps(every.whole("steps", 1, Long.MAX_VALUE));
        }
        double seconds = every.real("seconds", 1, SECONDS_MIN, SECONDS_MAX);
        return new Schedule.EveryTime(Duration.ofMillis(Math.round(1e3 * seconds)));
    }

    private static RetentionPolicy retention(Settings keep) {
        int newest = keep.integer("newest", NEWEST_DEFAULT, 1, Integer.MAX_VALUE);
        long everySteps = keep.whole("every-steps", 0, 1, Long.MAX_VALUE);
        int bestCount = keep.integer("best-count", 1, 1, Integer.MAX_VALUE);
        double hours = keep.real("age-hours", 0, 0, 1e6);
        return new RetentionPolicy(
                newest,
                keep.has("every-steps") ? OptionalLong.of(Math.max(1, everySteps)) : OptionalLong.empty(),
                keep.optionalText("best").map(metric -> new RetentionPolicy.Best(metric, bestCount)),
                keep.has("age-hours")
                        ? Optional.of(Duration.ofMillis(Math.round(hours * HOUR_MILLIS)))
                        : Optional.empty());
    }

    /** Returns options with these settings, and everything else as it was. */
    public CheckpointerOptions applyTo(CheckpointerOptions options) {
        return options.withObjectBytes(objectBytes)
                .withSaveErrorsMax(saveErrorsMax)
                .withRetention(keep);
    }
}

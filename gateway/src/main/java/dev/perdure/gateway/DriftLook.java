package dev.perdure.gateway;

import dev.perdure.guard.DriftReport;
import dev.perdure.oip.ModelId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Whether what a version is asked drifts away from what training saw.
 *
 * @param model with its version
 * @param absence why it is not watched; absent when it is
 * @param taken items that were looked at
 * @param leftOut items that were not, as there were too many
 * @param lacking items until the present window is full
 * @param windows that have been full
 * @param alarms of those, in which a test alarmed
 * @param lookedAt when the last was full
 * @param drifting features that drift now
 * @param last the last full window's report
 * @param alarming the last that had an alarm
 */
public record DriftLook(
        ModelId model,
        Optional<String> absence,
        long taken,
        long leftOut,
        long lacking,
        long windows,
        long alarms,
        Optional<Instant> lookedAt,
        List<String> drifting,
        Optional<DriftReport> last,
        Optional<DriftReport> alarming) {
    public DriftLook {
        drifting = List.copyOf(drifting);
    }
}

package dev.perdure.training;

import dev.perdure.core.Settings;
import dev.perdure.supervision.Budgets;
import dev.perdure.supervision.Patience;
import dev.perdure.supervision.SteadySuspicion;
import java.time.Duration;

/**
 * How soon a team's supervisor gives a worker up that does not get on, and how often it may start another.
 *
 * @param stuckMin no shorter standstill of a living worker is suspicious, however quick it usually is
 * @param stuckFirst how long a phase may last that has hardly been seen yet
 * @param ready how long a worker may take to leave its group and stand still
 * @param restartsPerMinute launches in place of workers that failed
 */
public record Vigilance(Duration stuckMin, Duration stuckFirst, Duration ready, int restartsPerMinute) {

    /** Reads the {@code supervision} section. */
    static Vigilance read(Settings settings) {
        var bounds = SteadySuspicion.Bounds.standard();
        return new Vigilance(
                millis(settings, "stuck-min-millis", bounds.stuckMin()),
                millis(settings, "stuck-first-millis", bounds.stuckFirst()),
                millis(settings, "ready-millis", Patience.standard().ready()),
                settings.integer("restarts-per-minute", Budgets.standard().restartsPerWindow(), 1, 1_000_000));
    }

    private static Duration millis(Settings settings, String key, Duration standard) {
        return Duration.ofMillis(settings.whole(key, standard.toMillis(), 100, 86_400_000));
    }

    SteadySuspicion.Bounds bounds() {
        var standard = SteadySuspicion.Bounds.standard();
        return new SteadySuspicion.Bounds(
                standard.silenceMin(), standard.silenceMax(), stuckMin, stuckFirst, standard.multiple());
    }

    Patience patience() {
        Patience p = Patience.standard();
        return new Patience(
                p.tick(),
                p.heartbeats(),
                p.start(),
                p.gather(),
                p.together(),
                p.back(),
                ready,
                p.stop(),
                p.killAgain(),
                p.record());
    }

    Budgets within(Budgets budgets) {
        return new Budgets(
                budgets.restartsMax(),
                restartsPerMinute,
                Duration.ofMinutes(1),
                budgets.slotFailuresMax(),
                budgets.slotCorruptionsMax(),
                budgets.rollbacksMax(),
                Math.max(budgets.fruitlessMax(), budgets.slotFailuresMax()),
                budgets.slotPause());
    }
}

package dev.perdure.training;

import dev.perdure.core.Settings;
import dev.perdure.supervision.Budgets;
import dev.perdure.supervision.Patience;
import dev.perdure.supervision.Suspicion;
import java.time.Duration;

/**
 * How soon a team's supervisor gives a worker up that does not get on, and how often it may start another.
 *
 * @param stuckMin no shorter standstill of a living worker is suspicious, however quick it usually is
 * @param stuckFirst how long a phase may last that has hardly been seen yet
 * @param ready how long a worker may take to leave its group and stand still
 * @param stop how long a worker may take to end when told to
 * @param restartsPerMinute launches in place of workers that failed
 */
public record Vigilance(Duration stuckMin, Duration stuckFirst, Duration ready, Duration stop, int restartsPerMinute) {

    /** Reads the {@code supervision} section. */
    static Vigilance read(Settings settings) {
        return new Vigilance(
                millis(settings, "stuck-min-millis", Duration.ofSeconds(5)),
                millis(settings, "stuck-first-millis", Duration.ofSeconds(60)),
                millis(settings, "ready-millis", Patience.standard().ready()),
                millis(settings, "stop-millis", Patience.standard().stop()),
                settings.integer("restarts-per-minute", Budgets.standard().restartsPerWindow(), 1, 1_000_000));
    }

    private static Duration millis(Settings settings, String key, Duration standard) {
        return Duration.ofMillis(settings.whole(key, standard.toMillis(), 100, 86_400_000));
    }

    Suspicion.Bounds bounds() {
        return Suspicion.Bounds.of(Duration.ofMillis(900), Duration.ofMillis(1_700), stuckMin, stuckFirst);
    }

    Patience patience() {
        Patience p = Patience.standard();
        return new Patience(
                p.tick(),
                p.heartbeats(),
                p.start(),
                p.pause(),
                p.gather(),
                p.together(),
                p.extend(),
                p.back(),
                ready,
                stop,
                p.killAgain(),
                p.record());
    }

    Budgets within(Budgets budgets) {
        return new Budgets(
                budgets.restartsMax(),
                restartsPerMinute,
                Duration.ofMinutes(1),
                budgets.recovery(),
                budgets.slotCorruptionsMax(),
                budgets.rollbacksMax(),
                Math.max(budgets.fruitlessMax(), budgets.recovery().triesOfOneMax()),
                budgets.slotPause());
    }
}

package dev.perdure.examples;

import dev.perdure.core.Seeds;
import java.util.Locale;

/**
 * The formula behind {@code sensors/sensors.csv}: invented machines, their sensors, and how worn they are. The same rows
 * every time.
 */
public final class SensorTable {
    private static final int ROWS = 600;
    private static final long SEED = 2026;

    private SensorTable() {}

    /** Where a machine stands, and how that wears it. */
    private enum Site {
        NORTH(1.0),
        SOUTH(1.2),
        HARBOUR(1.6);

        private final double wear;

        Site(double wear) {
            this.wear = wear;
        }
    }

    /** How a machine is used, and how that wears and warms it. */
    private enum Mode {
        IDLE(0.5, 0),
        STEADY(1.0, 6),
        BURST(1.4, 12);

        private final double wear;
        private final double warmth;

        Mode(double wear, double warmth) {
            this.wear = wear;
            this.warmth = warmth;
        }
    }

    /** Prints the table. */
    public static void main(String[] arguments) {
        System.out.print(csv());
    }

    static String csv() {
        var text = new StringBuilder("site,mode,temperature,vibration,current,condition,weeks_left\n");
        for (int row = 0; row < ROWS; row++) {
            text.append(line(row)).append('\n');
        }
        return text.toString();
    }

    private static String line(int row) {
        Site site = Site.values()[(int) (3 * uniform(row, 0))];
        Mode mode = Mode.values()[(int) (3 * uniform(row, 1))];
        double wear = uniform(row, 2) * site.wear * mode.wear;
        double temperature = 40 + 15 * wear + mode.warmth + 3 * noise(row, 3);
        double vibration = 0.5 + wear * wear + 0.2 * noise(row, 4);
        double current = 2 + 3 * mode.wear + 0.5 * noise(row, 5);
        return String.format(
                Locale.ROOT,
                "%s,%s,%.1f,%.2f,%.2f,%s,%.1f",
                site.name().toLowerCase(Locale.ROOT),
                mode.name().toLowerCase(Locale.ROOT),
                temperature,
                vibration,
                current,
                wear < 0.5 ? "good" : wear < 1 ? "worn" : "failing",
                4 * (2.5 - wear));
    }

    /** Returns a number in [0, 1) that depends on its place alone. */
    private static double uniform(int row, int column) {
        return (Seeds.mix(Seeds.mix(SEED + row) + column) >>> 11) * 0x1p-53;
    }

    /** Returns a number of mean 0 in (-1, 1), small ones more often. */
    private static double noise(int row, int column) {
        return uniform(row, 2 * column) - uniform(row, 2 * column + 1);
    }
}

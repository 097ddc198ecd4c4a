package dev.perdure.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What a figure is at one moment.
 *
 * @param name with dots between its words
 * @param help for people
 * @param isCount whether it only ever grows, but for a new beginning at 0
 * @param labels names and values in turn
 */
record Figure(String name, String help, boolean isCount, List<String> labels, double value) {
    Figure {
        labels = List.copyOf(labels);
    }

    /** Figures that have some labels in common. */
    static final class Those {
        private final List<Figure> all = new ArrayList<>();
        private final List<String> common;

        /** @param common names and values in turn */
        Those(String... common) {
            this.common = List.of(common);
        }

        Those count(String name, String help, long value, String... labels) {
            return add(name, help, true, (double) value, labels);
        }

        Those gauge(String name, String help, double value, String... labels) {
            return add(name, help, false, value, labels);
        }

        /** Adds what happened in one of two ways. */
        Those either(String name, String help, String label, String one, long ofOne, String other, long ofOther) {
            return count(name, help, ofOne, label, one).count(name, help, ofOther, label, other);
        }

        /** Adds how many there are now. */
        Those size(String name, String help, long value, String... labels) {
            return add(name, help, false, (double) value, labels);
        }

        /** Adds nothing while it is not known. */
        Those gauge(String name, String help, OptionalDouble value, String... labels) {
            value.ifPresent(known -> gauge(name, help, known, labels));
            return this;
        }

        private Those add(String name, String help, boolean isCount, double value, String... labels) {
            var more = new ArrayList<>(common);
            more.addAll(List.of(labels));
            all.add(new Figure(name, help, isCount, more, value));
            return this;
        }

        List<Figure> all() {
            return List.copyOf(all);
        }
    }
}

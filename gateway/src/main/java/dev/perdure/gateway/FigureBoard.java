package dev.perdure.gateway;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Shows figures in a registry: each as it was last, and those that are not there any more not at all. By one thread at a time. */
final class FigureBoard {
    private record Key(String name, List<String> labels) {}

    /** A figure that is shown; read by whoever looks at the registry. */
    private static final class Shown {
        private volatile double value;
        private final Meter meter;

        Shown(Figure figure, MeterRegistry registry) {
            value = figure.value();
            String[] labels = figure.labels().toArray(String[]::new);
            meter = figure.isCount()
                    ? FunctionCounter.builder(figure.name(), this, Shown::value)
                            .description(figure.help())
                            .tags(labels)
                            .register(registry)
                    : Gauge.builder(figure.name(), this, Shown::value)
                            .description(figure.help())
                            .tags(labels)
                            .register(registry);
        }

        double value() {
            return value;
        }
    }

    private final MeterRegistry registry;
    private final Map<Key, Shown> shown = new HashMap<>();

    FigureBoard(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Shows these, and no others. */
    void show(List<Figure> figures) {
        Set<Key> left = new HashSet<>(shown.keySet());
        for (Figure figure : figures) {
            var key = new Key(figure.name(), figure.labels());
            left.remove(key);
            shown.computeIfAbsent(key, _ -> new Shown(figure, registry)).value = figure.value();
        }
        for (Key gone : left) {
            Optional.ofNullable(shown.remove(gone)).ifPresent(old -> registry.remove(old.meter));
        }
    }
}

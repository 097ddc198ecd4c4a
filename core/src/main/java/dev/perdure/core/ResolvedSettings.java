package dev.perdure.core;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Turns what was asked for while settings were read into plain maps, and these into YAML. */
final class ResolvedSettings {
    private ResolvedSettings() {}

    /** A name with settings, whose settings may be read after it was. */
    record Named(String name, Map<String, Object> settings) {}

    static Map<String, Object> plain(Map<String, Object> resolved) {
        var plain = new LinkedHashMap<String, Object>();
        resolved.forEach((key, value) -> plain.put(key, plainOf(value)));
        return plain;
    }

    private static Object plainOf(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                var plain = new LinkedHashMap<String, Object>();
                map.forEach((key, nested) -> plain.put(String.valueOf(key), plainOf(nested)));
                yield plain;
            }
            case Collection<?> list -> list.stream().map(item -> plainOf(item)).toList();
            case Named named ->
                named.settings().isEmpty() ? named.name() : Map.of(named.name(), plain(named.settings()));
            default -> value;
        };
    }

    /** A plain scalar such as 0.1 or true becomes a number or a flag, so that it is written plain again. */
    static Object scalar(ScalarNode node) {
        if (node.getScalarStyle() != ScalarStyle.PLAIN) {
            return node.getValue();
        }
        Object loaded = new Load(LoadSettings.builder().build()).loadFromString(node.getValue());
        if (loaded instanceof Integer number) {
            return number.longValue();
        }
        return loaded instanceof Number || loaded instanceof Boolean ? loaded : node.getValue();
    }

    static String toYaml(Map<String, Object> settings) {
        return new Dump(DumpSettings.builder()
                        .setDefaultFlowStyle(FlowStyle.BLOCK)
                        .build())
                .dumpToString(settings);
    }

    /** Returns the dotted paths at which two configurations differ, each with both values. */
    static List<String> differences(Map<String, Object> left, Map<String, Object> right) {
        var a = flat(left);
        var b = flat(right);
        var paths = new java.util.TreeSet<>(a.keySet());
        paths.addAll(b.keySet());
        return paths.stream()
                .filter(path -> !String.valueOf(a.get(path)).equals(String.valueOf(b.get(path))))
                .map(path -> "%s: %s → %s"
                        .formatted(path, a.getOrDefault(path, "(absent)"), b.getOrDefault(path, "(absent)")))
                .toList();
    }

    private static Map<String, Object> flat(Map<String, Object> nested) {
        var flat = new LinkedHashMap<String, Object>();
        nested.forEach((key, value) -> {
            if (value instanceof Map<?, ?> map) {
                var inner = new LinkedHashMap<String, Object>();
                map.forEach((k, v) -> inner.put(String.valueOf(k), v));
                flat(inner).forEach((k, v) -> flat.put(key + "." + k, v));
            } else {
                flat.put(key, value);
            }
        });
        return flat;
    }
}

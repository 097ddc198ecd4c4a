package dev.perdure.core;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Resolved configurations ({@link Settings#resolved}): plain nested maps, which can be written as YAML and compared. */
public final class ResolvedSettings {
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
            case Named named -> plainOf(named);
            default -> value;
        };
    }

    private static Object plainOf(Named named) {
        Map<String, Object> settings = plain(named.settings());
        if (settings.isEmpty()) {
            return named.name();
        }
        Object bare = settings.get(Settings.BARE);
        return Map.of(named.name(), bare != null && settings.size() == 1 ? bare : settings);
    }

    /** Returns a default as it would be written. */
    static Object value(@Nullable Object value) {
        return value instanceof Enum<?> constant
                ? constant.name().toLowerCase(Locale.ROOT).replace('_', '-')
                : value instanceof Number || value instanceof Boolean ? value : String.valueOf(value);
    }

    /** Returns what was written. */
    static Object node(Node node) {
        return node instanceof SequenceNode list
                ? list.getValue().stream().map(ResolvedSettings::node).toList()
                : node instanceof ScalarNode scalar ? scalar(scalar) : "";
    }

    /** A plain scalar such as 0.1 or true becomes a number or a flag, so that it is written plain again. */
    private static Object scalar(ScalarNode node) {
        if (node.getScalarStyle() != ScalarStyle.PLAIN) {
            return node.getValue();
        }
        Object loaded = new Load(LoadSettings.builder().build()).loadFromString(node.getValue());
        if (loaded instanceof Integer number) {
            return number.longValue();
        }
        return loaded instanceof Number || loaded instanceof Boolean ? loaded : node.getValue();
    }

    /** Returns nested maps as block YAML, which {@link Settings#parse} reads again. */
    public static String toYaml(Map<String, Object> settings) {
        return new Dump(DumpSettings.builder()
                        .setDefaultFlowStyle(FlowStyle.BLOCK)
                        .setDereferenceAliases(true)
                        .build())
                .dumpToString(settings);
    }

    /** Returns the dotted paths at which two configurations differ, each with both values. */
    public static List<String> differences(Map<String, Object> left, Map<String, Object> right) {
        var a = flat(left);
        var b = flat(right);
        var paths = new TreeSet<>(a.keySet());
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

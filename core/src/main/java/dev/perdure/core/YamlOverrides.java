package dev.perdure.core;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Puts {@code key=value} settings from a command line into YAML text. */
final class YamlOverrides {
    private YamlOverrides() {}

    static String apply(String name, String yaml, List<String> overrides) {
        if (overrides.isEmpty()) {
            return yaml;
        }
        Object root;
        try {
            root = load(yaml);
        } catch (YamlEngineException e) {
            Settings.parse(name, yaml); // says where
            throw new BadSettingException("%s: not YAML: %s".formatted(name, e.getMessage()));
        }
        Map<String, Object> settings = asMap(root);
        for (String override : overrides) {
            int equals = override.indexOf('=');
            if (equals < 1) {
                throw new BadSettingException(
                        "--set %s (expected: key=value, such as training.epochs=3)".formatted(override));
            }
            put(settings, override, override.substring(0, equals), override.substring(equals + 1));
        }
        return new Dump(DumpSettings.builder()
                        .setDefaultFlowStyle(FlowStyle.BLOCK)
                        .build())
                .dumpToString(settings);
    }

    private static void put(Map<String, Object> settings, String override, String key, String value) {
        Map<String, Object> at = settings;
        String[] path = key.split("\\.", -1);
        for (int i = 0; i < path.length - 1; i++) {
            Object next = at.computeIfAbsent(path[i], _ -> new LinkedHashMap<String, Object>());
            if (!(next instanceof Map)) {
                throw new BadSettingException("--set %s: '%s' is not a section (expected: the path of a single value)"
                        .formatted(override, path[i]));
            }
            Map<String, Object> section = asMap(next);
            at.put(path[i], section);
            at = section;
        }
        at.put(path[path.length - 1], load(value));
    }

    private static Object load(String yaml) {
        Object loaded = new Load(LoadSettings.builder().build()).loadFromString(yaml);
        return loaded == null ? new LinkedHashMap<String, Object>() : loaded;
    }

    private static Map<String, Object> asMap(Object value) {
        var map = new LinkedHashMap<String, Object>();
        if (value instanceof Map<?, ?> entries) {
            entries.forEach((k, v) -> map.put(String.valueOf(k), v));
        }
        return map;
    }
}

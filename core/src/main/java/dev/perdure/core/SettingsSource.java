package dev.perdure.core;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * The text that settings are read from, and what was found wrong in it.
 *
 * @param name what to call the text, usually the file's path
 */
record SettingsSource(String name, List<String> problems) {

    /** Reads the text as a tree that knows its lines; nothing when it is empty. */
    @Nullable
    Node compose(String yaml) {
        LoadSettings settings = LoadSettings.builder().setLabel(name).build();
        try {
            return new Composer(settings, new ParserImpl(settings, new StreamReader(settings, yaml)))
                    .getSingleNode()
                    .orElse(null);
        } catch (MarkedYamlEngineException e) {
            String line = e.getProblemMark().map(m -> ":" + (m.getLine() + 1)).orElse("");
            throw new BadSettingException("%s%s: not YAML: %s. Check indentation, colons and quotes around that line."
                    .formatted(name, line, e.getProblem()));
        } catch (YamlEngineException e) {
            throw new BadSettingException("%s: not YAML: %s".formatted(name, e.getMessage()));
        }
    }

    /** Notes a problem, at a node's line if there is one. */
    void problem(@Nullable Node node, String key, String what) {
        String line = node == null
                ? ""
                : node.getStartMark().map(m -> ":" + (m.getLine() + 1)).orElse("");
        problems.add("%s%s:%s %s".formatted(name, line, key.isEmpty() ? "" : " " + key + ":", what));
    }
}

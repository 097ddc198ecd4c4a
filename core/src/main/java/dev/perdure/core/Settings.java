package dev.perdure.core;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Settings from a YAML file, read with their line numbers.
 *
 * <p>A reader asks for each key it knows, with a default or none. Whatever is wrong (a missing key, a wrong type, a
 * value out of range, a key that nobody asked for) is collected over the whole file and thrown together by
 * {@link #finish}, each problem with file and line. Until then a getter answers with the default, or with a harmless
 * value where there is none, so that one mistake does not hide the others.
 *
 * <p>Not thread-safe.
 */
public final class Settings {
    /** The key of the value itself where a bare value stands in place of a section ({@code dropout: 0.5}). */
    public static final String BARE = "";

    private final SettingsSource source;
    private final String path;
    private final @Nullable Node self;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final Map<String, Node> keys = new LinkedHashMap<>();
    private final Set<String> known = new LinkedHashSet<>();
    private final List<Settings> sections = new ArrayList<>();
    private final Map<String, Object> resolved = new LinkedHashMap<>();

    private Settings(SettingsSource source, String path, @Nullable Node self) {
        this(source, path, self, self);
    }

    /** Settings read from {@code body}; what is missing in them is reported at the line of {@code self}. */
    private Settings(SettingsSource source, String path, @Nullable Node self, @Nullable Node body) {
        this.source = source;
        this.path = path;
        this.self = self;
        if (body instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                if (tuple.getKeyNode() instanceof ScalarNode key) {
                    if (values.put(key.getValue(), tuple.getValueNode()) != null) {
                        problem(key, key.getValue(), "given twice. Keep one of the two.");
                    }
                    keys.put(key.getValue(), key);
                }
            }
        } else if (body != null && !isNull(body)) {
            values.put(BARE, body);
            keys.put(BARE, body);
        }
    }

    /**
     * Reads settings from YAML text.
     *
     * @param name what to call the text in messages, usually the file's path
     * @throws BadSettingException if the text is not YAML
     */
    public static Settings parse(String name, String yaml) {
        var source = new SettingsSource(name, new ArrayList<>());
        return new Settings(source, "", source.compose(yaml));
    }

    /** Returns settings with {@code key=value} overrides put in, as given on a command line; keys are dotted paths. */
    public static String override(String name, String yaml, List<String> overrides) {
        return YamlOverrides.apply(name, yaml, overrides);
    }

    public boolean has(String key) {
        known.add(key);
        return values.containsKey(key) && !isNull(values.get(key));
    }

    /** Returns whether a key's value is a section, for settings that are written either as a word or as a section. */
    public boolean isSection(String key) {
        return has(key) && values.get(key) instanceof MappingNode;
    }

    /** Returns the keys that are present, in file order, and counts them all as known. */
    public List<String> keys() {
        List<String> present =
                values.keySet().stream().filter(key -> !key.equals(BARE)).toList();
        known.addAll(present);
        return present;
    }

    public String text(String key, String fallback) {
        return scalar(key, fallback, "a text", value -> value);
    }

    public String text(String key) {
        return required(key, "", "a text", value -> value);
    }

    public Optional<String> optionalText(String key) {
        return has(key) ? Optional.of(text(key, "")) : Optional.empty();
    }

    public Optional<Path> optionalPath(String key) {
        return optionalText(key).map(Path::of);
    }

    public boolean flag(String key, boolean fallback) {
        return scalar(key, fallback, "true or false", SettingTypes::flag);
    }

    public int integer(String key, int fallback, int min, int max) {
        return (int) whole(key, fallback, min, max);
    }

    public long whole(String key, long fallback, long min, long max) {
        return scalar(key, fallback, "a whole number" + SettingTypes.range(min, max), SettingTypes.whole(min, max));
    }

    /** Reads a whole number that must be given. */
    public long whole(String key, long min, long max) {
        return required(key, min, "a whole number" + SettingTypes.range(min, max), SettingTypes.whole(min, max));
    }

    /** Reads a real number within {@code [min, max]}; infinities mean no bound. NaN is never accepted. */
    public double real(String key, double fallback, double min, double max) {
        return scalar(key, fallback, "a number" + SettingTypes.range(min, max), SettingTypes.real(min, max));
    }

    /** Reads one of an enum's constants, written in lower case with {@code -} for {@code _}. */
    public <E extends Enum<E>> E choice(String key, E fallback) {
        Class<E> type = fallback.getDeclaringClass();
        var names = new LinkedHashMap<String, E>();
        for (E constant : type.getEnumConstants()) {
            names.put(constant.name().toLowerCase(Locale.ROOT).replace('_', '-'), constant);
        }
        return choice(key, names, Optional.of(fallback));
    }

    /** Reads one of a number of named values; required when there is no fallback. */
    public <T> T choice(String key, Map<String, T> choices, Optional<T> fallback) {
        String expected = "one of " + String.join(", ", choices.keySet());
        Function<String, T> parse = value -> {
            T choice = choices.get(value);
            if (choice == null) {
                throw new IllegalArgumentException(Suggestions.didYouMean(value, choices.keySet()));
            }
            return choice;
        };
        if (fallback.isPresent() && take(key) == null) {
            choices.forEach((name, choice) -> {
                if (choice.equals(fallback.get())) {
                    resolved.put(key, name);
                }
            });
            return fallback.get();
        }
        T harmless = fallback.orElseGet(() -> choices.values().iterator().next());
        return required(key, harmless, expected, parse);
    }

    /** Reads a list of whole numbers, written {@code [1, 2]} or as a single number. */
    public List<Long> wholes(String key, List<Long> fallback, long min, long max) {
        return list(key, fallback, min, "whole numbers" + SettingTypes.range(min, max), SettingTypes.whole(min, max));
    }

    /** Reads a list of finite numbers, or a single one. */
    public List<Double> reals(String key, List<Double> fallback) {
        return list(key, fallback, 0.0, "finite numbers", SettingTypes.real(-Double.MAX_VALUE, Double.MAX_VALUE));
    }

    /** Reads a list of texts, or a single one. */
    public List<String> texts(String key, List<String> fallback) {
        return list(key, fallback, "", "texts", value -> value);
    }

    private <T> List<T> list(String key, List<T> fallback, T harmless, String expected, Function<String, T> parser) {
        Node node = take(key);
        resolved.put(key, node == null ? fallback : ResolvedSettings.node(node));
        if (node == null) {
            return fallback;
        }
        List<? extends Node> items = node instanceof SequenceNode list ? list.getValue() : List.of(node);
        return items.stream()
                .map(item -> parse(item, key, harmless, expected, parser))
                .toList();
    }

    /** Returns a nested section, which is empty when the key is absent. */
    public Settings section(String key) {
        Node node = take(key);
        var section = new Settings(source, path.isEmpty() ? key : path + "." + key, node);
        sections.add(section);
        resolved.put(key, section.resolved);
        return section;
    }

    /** Returns the sections of a list, in order. */
    public List<Settings> sectionList(String key) {
        Node node = take(key);
        if (node == null) {
            return List.of();
        }
        if (!(node instanceof SequenceNode list)) {
            problem(node, key, "is not a list (expected: lines starting with '- ')");
            return List.of();
        }
        var items = new ArrayList<Settings>();
        for (Node item : list.getValue()) {
            var section = new Settings(source, "%s[%d]".formatted(full(key), items.size()), item);
            items.add(section);
            sections.add(section);
        }
        resolved.put(key, items.stream().map(item -> item.resolved).toList());
        return List.copyOf(items);
    }

    /**
     * A list item that is either a bare word ({@code - relu}) or a single key with settings below it
     * ({@code - conv: {out: 32}}), as a name with its settings.
     */
    public List<Named> namedList(String key) {
        Node node = take(key);
        if (node == null) {
            return List.of();
        }
        if (!(node instanceof SequenceNode list)) {
            problem(node, key, "is not a list (expected: lines starting with '- ')");
            return List.of();
        }
        var items = new ArrayList<Named>();
        for (Node item : list.getValue()) {
            nameOf(item, "%s[%d]".formatted(full(key), items.size()), key).ifPresent(items::add);
        }
        resolved.put(key, items.stream().map(Named::resolved).toList());
        return List.copyOf(items);
    }

    /**
     * Reads a value that is either a bare word ({@code optimizer: adam}) or a single key with settings below it
     * ({@code optimizer: {adam: {beta1: 0.9}}}).
     */
    public Optional<Named> named(String key) {
        Node node = take(key);
        Optional<Named> named = node == null ? Optional.empty() : nameOf(node, full(key), key);
        named.ifPresent(n -> resolved.put(key, n.resolved()));
        return named;
    }

    private Optional<Named> nameOf(Node node, String at, String key) {
        if (node instanceof ScalarNode word) {
            return Optional.of(new Named(word.getValue(), new Settings(source, at, word, null), at));
        }
        if (node instanceof MappingNode mapping
                && mapping.getValue().size() == 1
                && mapping.getValue().getFirst().getKeyNode() instanceof ScalarNode word) {
            Node value = mapping.getValue().getFirst().getValueNode();
            var section = new Settings(source, at + "." + word.getValue(), isNull(value) ? word : value, value);
            sections.add(section);
            return Optional.of(new Named(word.getValue(), section, at));
        }
        problem(node, key, "is neither a name nor a single 'name: {settings}'");
        return Optional.empty();
    }

    /** A name with settings of its own, see {@link #named} and {@link #namedList}. */
    public record Named(String name, Settings settings, String at) {
        private Object resolved() {
            return new ResolvedSettings.Named(name, settings.resolved);
        }
    }

    /**
     * Returns what was asked for so far, defaults included, as nested maps in the order of asking: the resolved
     * configuration. Texts, numbers, flags, lists and maps only.
     */
    public Map<String, Object> resolved() {
        return ResolvedSettings.plain(resolved);
    }

    /** Adds a problem found by the caller at a key: {@code what} says value, expectation and next step. */
    public void reject(String key, String what) {
        Node node = values.getOrDefault(key, self);
        problem(node, key, what);
    }

    /** Adds a problem of this section as a whole. */
    public void rejectSelf(String what) {
        problem(self, "", what);
    }

    /**
     * Ends the reading.
     *
     * @throws BadSettingException with everything that was found wrong, unknown keys included
     */
    public void finish() {
        unknownKeys();
        if (!source.problems().isEmpty()) {
            throw new BadSettingException(source.problems());
        }
    }

    private void unknownKeys() {
        keys.forEach((key, node) -> {
            if (known.contains(key)) {
                return;
            }
            if (key.equals(BARE)) {
                problem(node, key, "is not a section (expected: indented 'key: value' lines)");
            } else {
                String hint = Suggestions.nearest(key, known)
                        .map(k -> "Did you mean '" + k + "'?")
                        .orElseGet(() -> "Known here: "
                                + String.join(
                                        ", ",
                                        known.stream()
                                                .filter(k -> !k.equals(BARE))
                                                .toList()) + ".");
                problem(node, key, "is not a setting. " + hint);
            }
        });
        sections.forEach(Settings::unknownKeys);
    }

    private @Nullable Node take(String key) {
        known.add(key);
        Node node = values.get(key);
        return node == null || isNull(node) ? null : node;
    }

    private <T> T scalar(String key, T fallback, String expected, Function<String, T> parser) {
        Node node = take(key);
        if (node == null) {
            resolveDefault(key, ResolvedSettings.value(fallback), parser);
            return fallback;
        }
        resolved.put(key, ResolvedSettings.node(node));
        return parse(node, key, fallback, expected, parser);
    }

    /** A default that could not be written as a value stands for the key's absence, and so is not shown. */
    private void resolveDefault(String key, Object plain, Function<String, ?> parser) {
        try {
            Object accepted = parser.apply(plain.toString());
            if (accepted != null && !accepted.equals("")) {
                resolved.put(key, plain);
            }
        } catch (IllegalArgumentException e) {
            resolved.remove(key);
        }
    }

    private <T> T required(String key, T harmless, String expected, Function<String, T> parser) {
        Node node = take(key);
        if (node == null) {
            problem(self, key, "is missing (expected: %s). Add '%s: …'.".formatted(expected, key));
            return harmless;
        }
        resolved.put(key, ResolvedSettings.node(node));
        return parse(node, key, harmless, expected, parser);
    }

    private <T> T parse(Node node, String key, T harmless, String expected, Function<String, T> parser) {
        if (!(node instanceof ScalarNode scalar)) {
            problem(node, key, "is a list or section (expected: %s)".formatted(expected));
            return harmless;
        }
        try {
            return parser.apply(scalar.getValue());
        } catch (IllegalArgumentException e) {
            String hint = e.getMessage() == null || e instanceof NumberFormatException ? "" : " " + e.getMessage();
            problem(node, key, "%s (expected: %s)%s".formatted(scalar.getValue(), expected, hint.stripTrailing()));
            return harmless;
        }
    }

    private void problem(@Nullable Node node, String key, String what) {
        source.problem(node, full(key), what);
    }

    private String full(String key) {
        return key.isEmpty() ? path : path.isEmpty() ? key : path + "." + key;
    }

    private static boolean isNull(@Nullable Node node) {
        return node == null || node.getTag().equals(Tag.NULL);
    }
}

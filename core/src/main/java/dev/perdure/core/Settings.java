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
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

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

    private final Source source;
    private final String path;
    private final @Nullable Node self;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final Map<String, Node> keys = new LinkedHashMap<>();
    private final Set<String> known = new LinkedHashSet<>();
    private final List<Settings> sections = new ArrayList<>();
    private final Map<String, Object> resolved = new LinkedHashMap<>();

    /** The file, and what was found wrong in it. */
    private record Source(String name, List<String> problems) {}

    private Settings(Source source, String path, @Nullable Node self) {
        this(source, path, self, self);
    }

    /** Settings read from {@code body}; what is missing in them is reported at the line of {@code self}. */
    private Settings(Source source, String path, @Nullable Node self, @Nullable Node body) {
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
        var source = new Source(name, new ArrayList<>());
        try {
            Node root = compose(LoadSettings.builder().setLabel(name).build(), yaml);
            return new Settings(source, "", root);
        } catch (MarkedYamlEngineException e) {
            String line = e.getProblemMark().map(m -> ":" + (m.getLine() + 1)).orElse("");
            throw new BadSettingException("%s%s: not YAML: %s. Check indentation, colons and quotes around that line."
                    .formatted(name, line, e.getProblem()));
        } catch (YamlEngineException e) {
            throw new BadSettingException("%s: not YAML: %s".formatted(name, e.getMessage()));
        }
    }

    private static @Nullable Node compose(LoadSettings settings, String yaml) {
        return new Composer(settings, new ParserImpl(settings, new StreamReader(settings, yaml)))
                .getSingleNode()
                .orElse(null);
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
        return scalar(key, fallback, "true or false", value -> switch (value.toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on" -> true;
            case "false", "no", "off" -> false;
            default -> throw new IllegalArgumentException();
        });
    }

    public int integer(String key, int fallback, int min, int max) {
        return (int) whole(key, fallback, min, max);
    }

    public long whole(String key, long fallback, long min, long max) {
        return scalar(key, fallback, "a whole number" + range(min, max), value -> within(value, min, max));
    }

    /** Reads a whole number that must be given. */
    public long whole(String key, long min, long max) {
        return required(key, min, "a whole number" + range(min, max), value -> within(value, min, max));
    }

    /** Reads a real number within {@code [min, max]}; infinities mean no bound. NaN is never accepted. */
    public double real(String key, double fallback, double min, double max) {
        String expected = "a number"
                + (min == Double.NEGATIVE_INFINITY ? "" : " >= " + plain(min))
                + (max == Double.POSITIVE_INFINITY
                        ? ""
                        : (min == Double.NEGATIVE_INFINITY ? " <= " : " and <= ") + plain(max));
        return scalar(key, fallback, expected, value -> {
            double number = Double.parseDouble(value);
            if (!(number >= min && number <= max)) {
                throw new IllegalArgumentException();
            }
            return number;
        });
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
        Node node = take(key);
        resolved.put(key, node == null ? fallback : plainNode(node));
        if (node == null) {
            return fallback;
        }
        var numbers = new ArrayList<Long>();
        List<? extends Node> items = node instanceof SequenceNode list ? list.getValue() : List.of(node);
        for (Node item : items) {
            numbers.add(parse(item, key, min, "whole numbers" + range(min, max), value -> within(value, min, max)));
        }
        return List.copyOf(numbers);
    }

    public List<Double> reals(String key, List<Double> fallback) {
        Node node = take(key);
        resolved.put(key, node == null ? fallback : plainNode(node));
        if (node == null) {
            return fallback;
        }
        var numbers = new ArrayList<Double>();
        List<? extends Node> items = node instanceof SequenceNode list ? list.getValue() : List.of(node);
        for (Node item : items) {
            numbers.add(parse(item, key, 0.0, "finite numbers", value -> {
                double number = Double.parseDouble(value);
                if (!Double.isFinite(number)) {
                    throw new IllegalArgumentException();
                }
                return number;
            }));
        }
        return List.copyOf(numbers);
    }

    public List<String> texts(String key, List<String> fallback) {
        Node node = take(key);
        resolved.put(key, node == null ? fallback : plainNode(node));
        if (node == null) {
            return fallback;
        }
        var texts = new ArrayList<String>();
        List<? extends Node> items = node instanceof SequenceNode list ? list.getValue() : List.of(node);
        for (Node item : items) {
            texts.add(parse(item, key, "", "texts", value -> value));
        }
        return List.copyOf(texts);
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

    /** Returns the dotted paths at which two resolved configurations differ, each with both values. */
    public static List<String> differences(Map<String, Object> left, Map<String, Object> right) {
        return ResolvedSettings.differences(left, right);
    }

    /** Returns nested maps as block YAML, which {@link #parse} reads again. */
    public static String toYaml(Map<String, Object> settings) {
        return ResolvedSettings.toYaml(settings);
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
            resolveDefault(key, plainValue(fallback), parser);
            return fallback;
        }
        resolved.put(key, plainNode(node));
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
        resolved.put(key, plainNode(node));
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
        String line = node == null
                ? ""
                : node.getStartMark().map(m -> ":" + (m.getLine() + 1)).orElse("");
        String full = full(key);
        String name = full.isEmpty() ? "" : " " + full + ":";
        source.problems().add("%s%s:%s %s".formatted(source.name(), line, name, what));
    }

    private String full(String key) {
        return key.isEmpty() ? path : path.isEmpty() ? key : path + "." + key;
    }

    private static Object plainValue(@Nullable Object value) {
        return value instanceof Enum<?> constant
                ? constant.name().toLowerCase(Locale.ROOT).replace('_', '-')
                : value instanceof Number || value instanceof Boolean ? value : String.valueOf(value);
    }

    private static Object plainNode(Node node) {
        return node instanceof SequenceNode list
                ? list.getValue().stream().map(Settings::plainNode).toList()
                : node instanceof ScalarNode scalar ? ResolvedSettings.scalar(scalar) : "";
    }

    private static boolean isNull(@Nullable Node node) {
        return node == null || node.getTag().equals(Tag.NULL);
    }

    private static long within(String value, long min, long max) {
        long number = Long.parseLong(value.replace("_", ""));
        if (number < min || number > max) {
            throw new IllegalArgumentException();
        }
        return number;
    }

    private static String range(long min, long max) {
        String low = min == Long.MIN_VALUE || min == Integer.MIN_VALUE ? "" : " >= " + min;
        boolean unbounded = max == Long.MAX_VALUE || max == Integer.MAX_VALUE;
        return low + (unbounded ? "" : (low.isEmpty() ? " <= " : " and <= ") + max);
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}

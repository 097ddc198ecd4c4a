package dev.perdure.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.Digests;
import dev.perdure.oip.Right;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Keys that programs show, known by their SHA-256 alone: whoever reads the file cannot ask with it. A line has a name, roles with
 * commas between ({@code predict}, {@code admin}), and the digest; {@code #} begins a comment. A name may have several keys.
 *
 * <p>Keys are 256 random bits, so there is nothing to guess, and a salt or a slow digest would protect nothing more.
 */
public final class ApiKeys {
    /** What every key begins with: so it is told from tokens, and found by those who look for leaked ones. */
    public static final String PREFIX = "perdure_";

    private static final int KEY_BYTES = 32;
    private static final int DIGEST_BYTES = 32;

    private record Entry(Caller caller, byte[] digest) {}

    private final List<Entry> entries;

    private ApiKeys(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    /**
     * Reads a file's text.
     *
     * @param source its name, for messages
     * @throws BadSettingException with everything that is wrong with it
     */
    public static ApiKeys read(String source, String text) {
        var entries = new ArrayList<Entry>();
        var problems = new ArrayList<String>();
        var digests = new TreeSet<String>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            String said = line.replaceFirst("#.*", "").strip();
            if (said.isEmpty()) {
                continue;
            }
            try {
                Entry entry = entry(said.split("\\s+"));
                if (!digests.add(HexFormat.of().formatHex(entry.digest()))) {
                    throw new IllegalArgumentException(
                            "a key that stands above (expected: each once). Remove one of them");
                }
                entries.add(entry);
            } catch (IllegalArgumentException e) {
                problems.add("%s, line %d: %s".formatted(source, number, e.getMessage()));
            }
        }
        if (!problems.isEmpty()) {
            throw new BadSettingException(problems);
        }
        if (entries.isEmpty()) {
            throw new BadSettingException(
                    "%s: no key (expected: one or more). Make one: perdure key api NAME".formatted(source));
        }
        return new ApiKeys(entries);
    }

    private static Entry entry(String[] words) {
        if (words.length != 3) {
            throw new IllegalArgumentException(
                    "%d words (expected: 3: name, roles, SHA-256). perdure key api NAME prints such a line"
                            .formatted(words.length));
        }
        return new Entry(new Caller(words[0], roles(words[1])), digest(words[2]));
    }

    /**
     * Reads roles with commas between.
     *
     * @throws IllegalArgumentException if one is none
     */
    public static Set<Right> roles(String text) {
        Set<Right> roles = EnumSet.noneOf(Right.class);
        for (String word : text.split(",", -1)) {
            switch (word) {
                case "predict" -> roles.add(Right.PREDICT);
                case "admin" -> roles.add(Right.ADMIN);
                default ->
                    throw new IllegalArgumentException(
                            "role '%s' (expected: predict or admin, with commas between)".formatted(word));
            }
        }
        return roles;
    }

    private static byte[] digest(String hex) {
        try {
            byte[] digest = HexFormat.of().parseHex(hex);
            if (digest.length == DIGEST_BYTES) {
                return digest;
            }
        } catch (IllegalArgumentException _) {
            // said below
        }
        throw new IllegalArgumentException("'%s' (expected: a SHA-256, 64 hexadecimal digits)"
                .formatted(hex.length() > 80 ? hex.substring(0, 80) : hex));
    }

    /** Returns how many there are. */
    public int size() {
        return entries.size();
    }

    /** Returns whose key it is. How long that takes tells nothing of how much of it is right. */
    public Optional<Caller> find(String key) {
        byte[] shown = sha256(key);
        Optional<Caller> found = Optional.empty();
        for (Entry entry : entries) {
            if (MessageDigest.isEqual(entry.digest(), shown)) {
                found = Optional.of(entry.caller());
            }
        }
        return found;
    }

    private static byte[] sha256(String key) {
        return Digests.sha256().digest(key.getBytes(UTF_8));
    }

    /**
     * Returns a new key.
     *
     * @param random that nobody can guess
     */
    public static String create(RandomGenerator random) {
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Returns the line that has a file know a key. */
    public static String line(String name, Set<Right> roles, String key) {
        String words = roles.stream()
                .map(role -> role.name().toLowerCase(Locale.ROOT))
                .sorted()
                .collect(Collectors.joining(","));
        return "%s %s %s".formatted(name, words, HexFormat.of().formatHex(sha256(key)));
    }
}

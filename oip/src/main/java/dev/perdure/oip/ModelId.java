package dev.perdure.oip;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which model, and which of its versions.
 *
 * @param name 1 to 256 letters, digits, {@code _}, {@code -}, {@code .}, {@code +}, {@code @}, {@code :} and blanks,
 *     beginning with a letter, a digit or {@code _}: no name leads out of a folder
 * @param version likewise; absent when whoever answers is to choose
 */
public record ModelId(String name, Optional<String> version) {
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}_][\\p{L}\\p{N}_.+@: -]{0,255}");

    public ModelId {
        check("model name", name);
        version.ifPresent(given -> check("model version", given));
    }

    private static void check(String what, String name) {
        if (!NAME.matcher(name).matches()) {
            throw OipException.invalid(
                    "%s: '%s' (expected: 1 to 256 letters, digits or _-.+@: and blanks, a letter or digit first)",
                    what, Texts.shown(name));
        }
    }

    /** Whoever answers chooses the version. */
    public static ModelId of(String name) {
        return new ModelId(name, Optional.empty());
    }

    /** Returns the id with this version, where empty stands for none. */
    public static ModelId of(String name, String version) {
        return new ModelId(name, version.isEmpty() ? Optional.empty() : Optional.of(version));
    }

    /** Returns the name, and the version after a slash if there is one. */
    @Override
    public String toString() {
        return name + version.map(given -> "/" + given).orElse("");
    }
}

package dev.perdure.store;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.Suggestions;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Opens stores by what a person writes in a configuration. */
public final class ObjectStores {
    /** Two letters at least, so that a Windows drive is no scheme. */
    private static final Pattern LOCATION = Pattern.compile("(?:([A-Za-z][A-Za-z0-9+.-]+):)?(.*)", Pattern.DOTALL);

    private ObjectStores() {}

    /**
     * Opens the store at a location.
     *
     * @param location a path, {@code file:} and a path (also {@code file:///absolute/path}), or {@code memory:} for a new,
     *     empty store in memory
     * @throws BadSettingException if it is none of these
     */
    public static ObjectStore open(String location) throws IOException {
        Matcher parts = LOCATION.matcher(location);
        String scheme = parts.matches() ? parts.group(1) : null;
        String rest = scheme == null ? location : location.substring(scheme.length() + 1);
        return switch (scheme) {
            case null -> local(location, rest);
            case "file" -> local(location, rest.startsWith("///") ? rest.substring(2) : rest);
            case "memory" -> new MemoryObjectStore();
            default -> throw unknown(location, scheme);
        };
    }

    private static ObjectStore local(String location, String path) throws IOException {
        if (path.isBlank() || path.startsWith("//")) {
            throw new BadSettingException(
                    "store: '%s' (expected: a path, or file: and a path). Write file:///absolute/path or a plain path"
                            .formatted(location));
        }
        try {
            return new LocalObjectStore(Path.of(path));
        } catch (InvalidPathException e) {
            throw new BadSettingException("store: '%s' is no path: %s".formatted(location, e.getReason()));
        }
    }

    private static BadSettingException unknown(String location, String scheme) {
        return new BadSettingException(
                "store: '%s' has the unknown scheme '%s' (expected: file:, memory: or a plain path). %s"
                        .formatted(location, scheme, Suggestions.didYouMean(scheme, List.of("file", "memory")))
                        .strip());
    }
}

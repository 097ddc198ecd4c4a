package dev.perdure.oip;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What a path and a method of HTTP ask for. */
sealed interface RestRoute {
    /** GET /v2/health/live. */
    record ServerLive() implements RestRoute {}

    /** GET /v2/health/ready. */
    record ServerReady() implements RestRoute {}

    /** GET /v2. */
    record Server() implements RestRoute {}

    /** GET …/ready of a model. */
    record ModelReady(ModelId model) implements RestRoute {}

    /** GET of a model. */
    record Model(ModelId model) implements RestRoute {}

    /** GET …/config of a model. */
    record Config(ModelId model) implements RestRoute {}

    /** GET …/stats of a model, or of all. */
    record Statistics(Optional<ModelId> model) implements RestRoute {}

    /** POST …/infer of a model. */
    record Infer(ModelId model) implements RestRoute {}

    /** POST /v2/repository/index. */
    record Index() implements RestRoute {}

    /** POST /v2/repository/models/NAME/load. */
    record Load(String model) implements RestRoute {}

    /** POST /v2/repository/models/NAME/unload. */
    record Unload(String model) implements RestRoute {}

    /**
     * Returns what is asked.
     *
     * @param path as it came, encoded
     * @throws OipException if nothing is there, or it is asked by another method
     */
    static RestRoute of(String method, String path) {
        List<String> parts = Arrays.stream(path.split("/"))
                .filter(part -> !part.isEmpty())
                .map(RestRoute::decoded)
                .toList();
        if (parts.isEmpty() || !parts.getFirst().equals("v2")) {
            throw nothing(path);
        }
        List<String> rest = parts.subList(1, parts.size());
        String kind = rest.isEmpty() ? "" : rest.getFirst();
        return switch (kind) {
            case "" -> asked(method, "GET", new Server());
            case "health" -> health(method, path, rest);
            case "models" -> models(method, path, rest);
            case "repository" -> repository(method, path, rest);
            case "systemsharedmemory", "cudasharedmemory", "trace", "logging" ->
                throw new OipException(OipError.UNSUPPORTED, kind + ": not supported by this server");
            default -> throw nothing(path);
        };
    }

    private static String decoded(String part) {
        try {
            return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw OipException.invalid("path: '%s' (expected: %% and two hexadecimal digits)", Texts.shown(part));
        }
    }

    private static OipException nothing(String path) {
        return new OipException(
                OipError.NOT_FOUND,
                "path: '%s' (expected: one of the Open Inference Protocol, as in /v2/models/NAME/infer)"
                        .formatted(Texts.shown(path)));
    }

    private static RestRoute asked(String method, String expected, RestRoute route) {
        if (!method.equals(expected)) {
            throw new OipException(
                    OipError.WRONG_METHOD, "method: %s (expected: %s)".formatted(Texts.shown(method), expected));
        }
        return route;
    }

    private static RestRoute health(String method, String path, List<String> parts) {
        return switch (String.join("/", parts)) {
            case "health/live" -> asked(method, "GET", new ServerLive());
            case "health/ready" -> asked(method, "GET", new ServerReady());
            default -> throw nothing(path);
        };
    }

    private static RestRoute models(String method, String path, List<String> parts) {
        if (parts.equals(List.of("models", "stats"))) {
            return asked(method, "GET", new Statistics(Optional.empty()));
        }
        if (parts.size() < 2) {
            throw nothing(path);
        }
        boolean versioned = parts.size() > 3 && parts.get(2).equals("versions");
        ModelId model = versioned ? ModelId.of(parts.get(1), parts.get(3)) : ModelId.of(parts.get(1));
        List<String> verb = parts.subList(versioned ? 4 : 2, parts.size());
        return switch (String.join("/", verb)) {
            case "" -> asked(method, "GET", new Model(model));
            case "ready" -> asked(method, "GET", new ModelReady(model));
            case "config" -> asked(method, "GET", new Config(model));
            case "stats" -> asked(method, "GET", new Statistics(Optional.of(model)));
            case "infer" -> asked(method, "POST", new Infer(model));
            case "generate", "generate_stream", "trace/setting" ->
                throw new OipException(OipError.UNSUPPORTED, String.join("/", verb) + ": not supported by this server");
            default -> throw nothing(path);
        };
    }

    private static RestRoute repository(String method, String path, List<String> parts) {
        if (parts.equals(List.of("repository", "index"))) {
            return asked(method, "POST", new Index());
        }
        if (parts.size() == 4 && parts.get(1).equals("models") && parts.get(3).equals("load")) {
            return asked(method, "POST", new Load(ModelId.of(parts.get(2)).name()));
        }
        if (parts.size() == 4 && parts.get(1).equals("models") && parts.get(3).equals("unload")) {
            return asked(method, "POST", new Unload(ModelId.of(parts.get(2)).name()));
        }
        throw nothing(path);
    }
}

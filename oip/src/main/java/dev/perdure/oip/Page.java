package dev.perdure.oip;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;
import java.util.Map;

/**
 * What a server answers over HTTP beside the protocol.
 *
 * @param method such as {@code GET}
 * @param path such as {@code /v2/models/{model}/rollout}: braces stand for one part of a path, whatever it is
 * @param right that is needed to ask for it, where somebody decides about that
 * @param handler answers; each call has a virtual thread of its own
 */
public record Page(String method, String path, Right right, Handler handler) {

    /** Answers requests for a page. */
    public interface Handler {
        /**
         * Answers one.
         *
         * @throws OipException if there is no answer
         */
        Answer answer(Asked asked);
    }

    /**
     * A request for a page.
     *
     * @param parts of the path that stand in braces, decoded, by name; not checked
     * @param body as it was before it was compressed; empty if there is none
     */
    public record Asked(Map<String, String> parts, MemorySegment body, Call call) {
        public Asked {
            parts = Map.copyOf(parts);
        }

        /** Returns a part of the path that the page has in braces. */
        public String part(String name) {
            String part = parts.get(name);
            if (part == null) {
                throw new IllegalArgumentException("part: %s (expected: one of %s)".formatted(name, parts.keySet()));
            }
            return part;
        }
    }

    /**
     * An answer.
     *
     * @param status of HTTP
     * @param type such as {@code text/plain; charset=utf-8}
     */
    public record Answer(int status, String type, MemorySegment body) {
        /** Returns JSON with status 200. */
        public static Answer json(String json) {
            return json(200, json);
        }

        /** Returns JSON. */
        public static Answer json(int status, String json) {
            return text(status, "application/json", json);
        }

        /** Returns a text, in UTF-8. */
        public static Answer text(int status, String type, String text) {
            return new Answer(status, type, MemorySegment.ofArray(text.getBytes(UTF_8)));
        }
    }

    /** What is only read needs the right to ask models; whatever else changes something. */
    public Page(String method, String path, Handler handler) {
        this(method, path, method.equals("GET") ? Right.PREDICT : Right.ADMIN, handler);
    }

    public Page {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("path: '%s' (expected: one that begins with /)".formatted(path));
        }
    }
}

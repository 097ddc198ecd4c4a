package dev.perdure.model;

import dev.perdure.format.DigestFooter;
import dev.perdure.format.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The text of a bundle: everything that is not binary, and which objects hold the rest. */
final class Manifest {
    static final long VERSION = 1;

    /** The longest manifest. What is larger belongs into an object. */
    static final int BYTES_MAX = 16 << 20;

    private static final String FORMAT = "perdure-bundle";
    private static final String OBJECTS = "objects";
    private static final String DIGEST = "digest";

    private Manifest() {}

    /** What an object holds. */
    enum Role {
        WEIGHTS,
        PROGRAM,
        ONNX,
        GOLDEN,
        REFERENCE;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** An object. */
    record ObjectRef(Role role, String sha256, long bytes) {
        ObjectRef {
            if (!Names.isSha256(sha256) || bytes < 0) {
                throw new IllegalArgumentException(
                        "object '%s' of %d bytes (expected: 64 hexadecimal digits, >= 0)".formatted(sha256, bytes));
            }
        }

        String name() {
            return Names.object(sha256);
        }
    }

    /** @throws IllegalArgumentException if it would be too long */
    static byte[] write(Bundle bundle, List<ObjectRef> objects) {
        var members = new Members().put(FORMAT, VERSION);
        BundleMembers.write(bundle, members);
        members.put(OBJECTS, objects.stream().map(Manifest::members).toList());
        byte[] whole = DigestFooter.append(members.body().toString().getBytes(StandardCharsets.UTF_8));
        if (whole.length > BYTES_MAX) {
            throw new IllegalArgumentException("bundle manifest: %d bytes (expected: <= %d). Profile fewer features."
                    .formatted(whole.length, BYTES_MAX));
        }
        return whole;
    }

    private static Members members(ObjectRef object) {
        return new Members()
                .put("role", object.role().word())
                .put("sha256", object.sha256())
                .put("bytes", object.bytes());
    }

    /** Returns the tree of a text whose digest was found right. */
    static Object tree(byte[] text) throws IOException {
        Json json = Json.open(Json.decode(text));
        Object tree = json.any();
        json.end();
        return tree;
    }

    /** Returns the version of the format, which is all that may be read of a newer one. */
    static long version(Object tree) throws IOException {
        if (tree instanceof Map<?, ?> members && members.get(FORMAT) instanceof Long version && version >= 1) {
            return version;
        }
        throw new IOException("it has no '%s' (expected: %d)".formatted(FORMAT, VERSION));
    }

    /** Returns the objects, each role once. */
    static List<ObjectRef> objects(Object tree) throws IOException {
        if (!(tree instanceof Map<?, ?> members) || !(members.get(OBJECTS) instanceof List<?> objects)) {
            throw new IOException("'%s' is missing, or no list".formatted(OBJECTS));
        }
        return Fields.read("", Map.of(OBJECTS, objects), Manifest::objects);
    }

    private static List<ObjectRef> objects(Fields fields) throws IOException {
        List<ObjectRef> objects = fields.list(
                OBJECTS,
                object -> new ObjectRef(
                        object.word("role", Role.class, Role::word), object.text("sha256"), object.whole("bytes")));
        return Checks.distinct(
                "object with the role", objects, object -> object.role().word());
    }

    /** Reads over the members that are no values of a bundle. */
    static void skip(Fields fields) throws IOException {
        fields.whole(FORMAT);
        objects(fields);
        fields.text(DIGEST);
    }
}

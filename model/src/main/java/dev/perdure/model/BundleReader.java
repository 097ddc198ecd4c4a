package dev.perdure.model;

import dev.perdure.core.Digests;
import dev.perdure.format.DigestFooter;
import dev.perdure.model.Manifest.ObjectRef;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads a bundle, and believes nothing before it is proven: the manifest whole, signed, and of a known format; exactly its
 * objects there; each of the right size and digest, in the very memory that it is then used from.
 */
final class BundleReader {
    private final Place place;
    private final Trust trust;

    BundleReader(Place place, Trust trust) {
        this.place = place;
        this.trust = trust;
    }

    /** A bundle, and the text that was signed or may be. */
    record Read(OpenedBundle opened, byte[] manifest) {}

    /** @param arena how long the memory of tensors and program lives */
    Read read(Arena arena) throws IOException {
        byte[] text = text();
        Standing standing = standing(text);
        List<ObjectRef> objects = objects(text);
        requireExactly(objects);
        Parts parts = new Parts();
        for (ObjectRef object : objects) {
            MemorySegment bytes = load(object, arena);
            interpret(object.name(), () -> {
                parts.add(object.role(), object.name(), bytes);
                return object;
            });
        }
        Bundle bundle = interpret(Names.MANIFEST, () -> bundle(text, parts));
        long bytes = text.length + objects.stream().mapToLong(ObjectRef::bytes).sum();
        return new Read(new OpenedBundle(bundle, Digests.sha256(text), standing, bytes), text);
    }

    private byte[] text() throws IOException {
        OptionalLong size = place.store().size(place.at(Names.MANIFEST));
        if (size.isEmpty()) {
            throw place.refused(new Refusal.NoBundle(!place.names(Names.OBJECTS).isEmpty()));
        }
        if (size.getAsLong() > Manifest.BYTES_MAX) {
            throw place.refused(new Refusal.TooLarge(Names.MANIFEST, size.getAsLong(), Manifest.BYTES_MAX));
        }
        byte[] text = new byte[(int) size.getAsLong()];
        long copied = place.store().read(place.at(Names.MANIFEST), 0, MemorySegment.ofArray(text));
        if (copied != text.length || !DigestFooter.holds(text)) {
            throw place.refused(new Refusal.Altered(Names.MANIFEST, "the digest at its end"));
        }
        return text;
    }

    /** Finds out who vouches for the manifest; nothing in it was looked at until now. */
    private Standing standing(byte[] text) throws IOException {
        Map<String, VerifyingKey> trusted = trust.byId();
        var signed = new ArrayList<String>();
        var strangers = new ArrayList<String>();
        for (String name : place.names(Names.SIGNATURES)) {
            String id = name.substring(Names.SIGNATURES.length());
            if (!Names.isSha256(id)) {
                throw place.refused(new Refusal.Unexpected(name));
            }
            VerifyingKey key = trusted.get(id);
            if (key == null) {
                strangers.add(id);
            } else if (key.holds(text, signature(name))) {
                signed.add(id);
            } else {
                throw place.refused(new Refusal.WrongSignature(id));
            }
        }
        if (!signed.isEmpty()) {
            return new Standing.Signed(signed);
        }
        if (!trust.unsignedAllowed()) {
            throw place.refused(
                    strangers.isEmpty()
                            ? new Refusal.Unsigned()
                            : new Refusal.UnknownKey(strangers, List.copyOf(trusted.keySet())));
        }
        return strangers.isEmpty() ? new Standing.Unsigned() : new Standing.SignedByStrangers(strangers);
    }

    /** Returns the signature, and no more than one byte of what is longer than any. */
    private byte[] signature(String name) throws IOException {
        byte[] bytes = new byte[VerifyingKey.SIGNATURE_BYTES + 1];
        long copied = place.store().read(place.at(name), 0, MemorySegment.ofArray(bytes));
        return java.util.Arrays.copyOf(bytes, (int) copied);
    }

    private List<ObjectRef> objects(byte[] text) throws IOException {
        Object tree = interpret(Names.MANIFEST, () -> Manifest.tree(text));
        long version = interpret(Names.MANIFEST, () -> Manifest.version(tree));
        if (version > Manifest.VERSION) {
            throw place.refused(new Refusal.NewerFormat(version, Manifest.VERSION));
        }
        return interpret(Names.MANIFEST, () -> Manifest.objects(tree));
    }

    private static Bundle bundle(byte[] text, Parts parts) throws IOException {
        Bundle bundle = Fields.read("", Manifest.tree(text), fields -> {
            Manifest.skip(fields);
            return new BundleFields(parts).read(fields);
        });
        parts.finish();
        return bundle;
    }

    /** What is in a bundle that is whole, but not as the format has it, is its maker's fault. */
    private <T> T interpret(String name, Interpretation<T> interpretation) throws RefusedBundleException {
        try {
            return interpretation.run();
        } catch (IOException | IllegalArgumentException | ArithmeticException e) {
            String problem = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw place.refused(new Refusal.Malformed(name, problem));
        }
    }

    private interface Interpretation<T> {
        T run() throws IOException;
    }

    /** Makes sure that what lies here is what the manifest names, no more and no less. */
    private void requireExactly(List<ObjectRef> objects) throws IOException {
        Set<String> there = new HashSet<>(place.names(""));
        for (ObjectRef object : objects) {
            if (!there.contains(object.name())) {
                throw place.refused(new Refusal.Missing(object.name()));
            }
        }
        objects.forEach(object -> there.remove(object.name()));
        there.remove(Names.MANIFEST);
        there.removeIf(name -> name.startsWith(Names.SIGNATURES)); // each was looked at
        if (!there.isEmpty()) {
            throw place.refused(
                    new Refusal.Unexpected(there.stream().sorted().toList().getFirst()));
        }
    }

    /** Memory is taken only for bytes that are really there. */
    private MemorySegment load(ObjectRef object, Arena arena) throws IOException {
        OptionalLong size = place.store().size(place.at(object.name()));
        if (size.isEmpty()) {
            throw place.refused(new Refusal.Missing(object.name()));
        }
        if (size.getAsLong() != object.bytes()) {
            throw place.refused(new Refusal.WrongSize(object.name(), size.getAsLong(), object.bytes()));
        }
        MemorySegment bytes = arena.allocate(object.bytes(), 64);
        MessageDigest digest = Digests.sha256();
        long copied = read(object, bytes, digest);
        if (copied != object.bytes()) {
            throw place.refused(new Refusal.WrongSize(object.name(), copied, object.bytes()));
        }
        if (!Digests.hex(digest).equals(object.sha256())) {
            throw place.refused(new Refusal.Altered(object.name(), "the SHA-256 that it is named by"));
        }
        return bytes.asReadOnly();
    }

    private long read(ObjectRef object, MemorySegment bytes, MessageDigest digest) throws IOException {
        try {
            return place.store().read(place.at(object.name()), 0, bytes, filled -> Digests.update(digest, filled));
        } catch (NoSuchFileException e) {
            throw place.refused(new Refusal.Missing(object.name()));
        }
    }
}

package dev.perdure.model;

import dev.perdure.core.Digests;
import dev.perdure.format.DigestFooter;
import dev.perdure.model.Manifest.ObjectRef;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes a bundle: objects, then its signature, then the manifest, which makes it one. A crash at any moment leaves what no
 * reader takes for a bundle, and what the next writer clears away.
 */
final class BundleWriter {
    private static final int PIECE_BYTES = 1 << 20;

    private final Place place;

    BundleWriter(Place place) {
        this.place = place;
    }

    /** An object that is to be written. */
    private record Content(List<MemorySegment> pieces, long bytes, String sha256) {
        static Content of(List<MemorySegment> pieces) {
            long bytes = pieces.stream().mapToLong(MemorySegment::byteSize).sum();
            return new Content(pieces, bytes, Digests.sha256(pieces));
        }
    }

    /**
     * Every object is read back before the manifest makes a bundle of them.
     *
     * @param key signs it; nobody when there is none
     * @return the manifest
     */
    byte[] write(Bundle bundle, @Nullable SigningKey key) throws IOException {
        var contents = new TreeMap<String, Content>();
        var objects = new ArrayList<ObjectRef>();
        for (var part : Parts.of(bundle).entrySet()) {
            Content content = Content.of(part.getValue());
            var object = new ObjectRef(part.getKey(), content.sha256(), content.bytes());
            objects.add(object);
            contents.put(object.name(), content);
        }
        byte[] manifest = Manifest.write(bundle, objects);
        if (key != null) {
            contents.put(Names.signature(key.publicHalf().id()), signature(manifest, key));
        }
        if (!isPublished(manifest)) {
            clearAway(contents.keySet());
        }
        for (Map.Entry<String, Content> object : contents.entrySet()) {
            put(object.getKey(), object.getValue());
        }
        publish(manifest);
        return manifest;
    }

    private static Content signature(byte[] manifest, SigningKey key) {
        return Content.of(List.of(MemorySegment.ofArray(key.sign(manifest))));
    }

    /** Returns whether this very bundle is here already; another one is in the way. */
    private boolean isPublished(byte[] manifest) throws IOException {
        if (place.store().size(place.at(Names.MANIFEST)).isEmpty()) {
            return false;
        }
        byte[] there = place.store().readAll(place.at(Names.MANIFEST));
        if (Arrays.equals(there, manifest)) {
            return true;
        }
        if (DigestFooter.holds(there)) {
            throw place.occupied();
        }
        place.store().delete(place.at(Names.MANIFEST)); // torn: no reader ever took it for a bundle
        return false;
    }

    /** Removes what a writer left that did not come to its end, and refuses to touch anything else. */
    private void clearAway(Set<String> wanted) throws IOException {
        List<String> names = place.names("");
        for (String name : names) {
            if (!Names.isOurs(name)) {
                throw place.refused(new Refusal.Unexpected(name));
            }
        }
        for (String name : names) {
            if (!wanted.contains(name)) {
                place.store().delete(place.at(name));
            }
        }
    }

    /** Whatever is there in its stead is damaged: its name says what it has to be. */
    private void put(String name, Content content) throws IOException {
        place.store().putIfAbsent(place.at(name), content.pieces());
        if (!isWhole(name, content)) {
            place.store().replaceDamaged(place.at(name), content.pieces());
            if (!isWhole(name, content)) {
                throw place.refused(new Refusal.Altered(name, "what was just written"));
            }
        }
    }

    private boolean isWhole(String name, Content content) throws IOException {
        if (place.store().size(place.at(name)).orElse(-1) != content.bytes()) {
            return false;
        }
        MemorySegment piece = MemorySegment.ofArray(new byte[(int) Math.min(PIECE_BYTES, content.bytes())]);
        MessageDigest digest = Digests.sha256();
        long copied;
        for (long at = 0; at < content.bytes(); at += copied) {
            copied = place.store().read(place.at(name), at, piece);
            if (copied == 0) {
                return false;
            }
            Digests.update(digest, piece.asSlice(0, copied));
        }
        return Digests.hex(digest).equals(content.sha256());
    }

    private void publish(byte[] manifest) throws IOException {
        place.store().putIfAbsent(place.at(Names.MANIFEST), manifest);
        if (!isPublished(manifest)) {
            throw place.refused(new Refusal.Altered(Names.MANIFEST, "what was just written"));
        }
    }

    /** Adds a signature to a bundle that was found whole. */
    void sign(byte[] manifest, SigningKey key) throws IOException {
        put(Names.signature(key.publicHalf().id()), signature(manifest, key));
    }
}

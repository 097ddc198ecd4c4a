package dev.perdure.checkpoint;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.State;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * What a checkpoint consists of: which entries the state had, and where their bytes are. A checkpoint exists when, and
 * only when, its manifest exists. {@code docs/format.md} defines the text.
 *
 * @param created when it was saved, for people to read
 * @param metrics measured values by name, such as {@code heldOutLoss}
 * @param objects the files of tensors, each a safetensors file
 * @param entries the state's entries in order
 */
public record Manifest(
        CheckpointName name,
        Instant created,
        SequencedMap<String, Double> metrics,
        List<ObjectRef> objects,
        List<Entry> entries) {

    /** The longest manifest. What is larger belongs into a tensor. */
    public static final int BYTES_MAX = 256 << 20;

    public Manifest {
        metrics = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(metrics));
        objects = List.copyOf(objects);
        entries = List.copyOf(entries);
    }

    /**
     * An object and what covers its first part.
     *
     * @param sha256 the digest of the whole object, which is its name
     * @param headerBytes where its tensors begin
     * @param headerCrc32c of the bytes before
     */
    public record ObjectRef(String sha256, long bytes, int headerBytes, int headerCrc32c) {
        /** Returns the name under which a store holds it. */
        public String path() {
            return Paths.object(sha256);
        }
    }

    public sealed interface Entry {
        String name();

        /**
         * A tensor within an object.
         *
         * @param object which of the manifest's objects
         * @param offset its first byte, from the start of the object
         * @param crcs the CRC32C of each 1 MiB of it
         */
        record Tensor(String name, DType dtype, Shape shape, int object, long offset, Crcs crcs) implements Entry {
            public long bytes() {
                return shape.elements() * dtype.bytes();
            }
        }

        /** A number, text or blob, held in the manifest itself. */
        record Value(String name, State.Entry value) implements Entry {}
    }

    /** Checksums of consecutive blocks. */
    public static final class Crcs {
        private final int[] values;

        Crcs(int[] values) {
            this.values = values.clone();
        }

        int size() {
            return values.length;
        }

        int get(int block) {
            return values[block];
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Crcs crcs && Arrays.equals(values, crcs.values);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(values);
        }
    }

    /** Returns the tensors alone, in order. */
    public List<Entry.Tensor> tensors() {
        return entries.stream()
                .filter(Entry.Tensor.class::isInstance)
                .map(Entry.Tensor.class::cast)
                .toList();
    }

    /** Returns the size of all objects together. */
    public long bytes() {
        return objects.stream().mapToLong(ObjectRef::bytes).sum();
    }

    /** Returns the same content under another name, as of another moment. */
    Manifest as(CheckpointName other, Instant at) {
        return new Manifest(other, at, metrics, objects, entries);
    }

    /** Returns whether both are the same but for the moment they were saved. */
    boolean sameContent(Manifest other) {
        return equals(other.as(other.name, created));
    }

    byte[] toBytes() {
        return ManifestWriter.write(this);
    }

    /**
     * Reads a manifest, and believes nothing in it before its digest holds.
     *
     * @throws CorruptCheckpointException if it is not a whole manifest of this checkpoint
     */
    static Manifest parse(CheckpointName name, byte[] bytes) throws CorruptCheckpointException {
        return ManifestParser.parse(name, bytes);
    }
}

package dev.perdure.core;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything a training run needs to go on, as an ordered map of named entries: weights, buffers, every optimizer slot,
 * step, epoch, data position, seeds, recipe.
 *
 * <p>Tensors are views of the live memory of whoever made the state; scalars and blobs are values of the moment it was
 * made. So a state is cheap to make, and copying the tensors is the business of whoever wants to keep it.
 *
 * <p>Names consist of letters, digits and {@code . _ / -}. By convention the part before the first {@code /} says whose
 * entry it is: {@code model/conv1.weight}, {@code optimizer/conv1.weight/exp_avg}, {@code run/step},
 * {@code data/consumed}.
 */
public final class State {
    private final SequencedMap<String, Entry> entries;
    private final SequencedMap<String, TensorData> tensors;

    private State(SequencedMap<String, Entry> entries) {
        this.entries = Collections.unmodifiableSequencedMap(entries);
        this.tensors = Collections.unmodifiableSequencedMap(tensorsOf(entries));
    }

    private static SequencedMap<String, TensorData> tensorsOf(SequencedMap<String, Entry> entries) {
        SequencedMap<String, TensorData> tensors = LinkedHashMap.newLinkedHashMap(entries.size());
        entries.forEach((name, entry) -> {
            if (entry instanceof Entry.Tensor(TensorData tensor)) {
                tensors.put(name, tensor);
            }
        });
        return tensors;
    }

    /** What a name stands for. */
    public sealed interface Entry {
        record Tensor(TensorData tensor) implements Entry {}

        /** A whole number. */
        record Int(long value) implements Entry {}

        record Real(double value) implements Entry {}

        record Text(String value) implements Entry {}

        /** A few bytes that only their owner understands. They are held in the manifest: up to 16 MiB each. */
        record Blob(byte[] bytes) implements Entry {
            public static final int BYTES_MAX = 16 << 20;

            public Blob {
                if (bytes.length > BYTES_MAX) {
                    throw new IllegalArgumentException("blob: %d bytes (expected: <= %d). Store it as a U8 tensor."
                            .formatted(bytes.length, BYTES_MAX));
                }
                bytes = bytes.clone();
            }

            @Override
            public byte[] bytes() {
                return bytes.clone();
            }

            @Override
            public boolean equals(@Nullable Object other) {
                return other instanceof Blob(byte[] others) && java.util.Arrays.equals(bytes, others);
            }

            @Override
            public int hashCode() {
                return java.util.Arrays.hashCode(bytes);
            }
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Returns the entries in the order they were added. */
    public SequencedMap<String, Entry> entries() {
        return entries;
    }

    /** Returns the tensors alone, in order. */
    public SequencedMap<String, TensorData> tensors() {
        return tensors;
    }

    /** Returns the entries whose names start with {@code prefix}, under their full names. */
    public State startingWith(String prefix) {
        var some = new LinkedHashMap<String, Entry>();
        entries.forEach((name, entry) -> {
            if (name.startsWith(prefix)) {
                some.put(name, entry);
            }
        });
        return new State(some);
    }

    /** Returns the total size of the tensors in bytes. */
    public long tensorBytes() {
        return tensors.values().stream().mapToLong(TensorData::bytes).sum();
    }

    /**
     * Returns the entry of this name.
     *
     * @throws IllegalArgumentException if there is no such entry or it is not a tensor
     */
    public TensorData tensor(String name) {
        return require(name, Entry.Tensor.class).tensor();
    }

    /**
     * Returns the entry of this name.
     *
     * @throws IllegalArgumentException if there is no such entry or it is not a whole number
     */
    public long integer(String name) {
        return require(name, Entry.Int.class).value();
    }

    /**
     * Returns the entry of this name.
     *
     * @throws IllegalArgumentException if there is no such entry or it is not a real number
     */
    public double real(String name) {
        return require(name, Entry.Real.class).value();
    }

    /**
     * Returns the entry of this name.
     *
     * @throws IllegalArgumentException if there is no such entry or it is not a text
     */
    public String text(String name) {
        return require(name, Entry.Text.class).value();
    }

    /**
     * Returns the entry of this name.
     *
     * @throws IllegalArgumentException if there is no such entry or it is not a blob
     */
    public byte[] blob(String name) {
        return require(name, Entry.Blob.class).bytes();
    }

    private <E extends Entry> E require(String name, Class<E> type) {
        Entry entry = entries.get(name);
        if (!type.isInstance(entry)) {
            throw new IllegalArgumentException("state entry %s: %s (expected: %s). %s"
                    .formatted(
                            name,
                            entry == null ? "absent" : entry.getClass().getSimpleName(),
                            type.getSimpleName(),
                            Suggestions.didYouMean(name, List.copyOf(entries.keySet()))));
        }
        return type.cast(entry);
    }

    /** Collects entries in order; a name may be added once. */
    public static final class Builder {
        private final SequencedMap<String, Entry> entries = new LinkedHashMap<>();

        private Builder() {}

        public Builder tensor(String name, TensorData tensor) {
            return add(name, new Entry.Tensor(tensor));
        }

        public Builder integer(String name, long value) {
            return add(name, new Entry.Int(value));
        }

        public Builder real(String name, double value) {
            return add(name, new Entry.Real(value));
        }

        public Builder text(String name, String value) {
            return add(name, new Entry.Text(value));
        }

        public Builder blob(String name, byte[] bytes) {
            return add(name, new Entry.Blob(bytes));
        }

        /** Adds all entries of another state. */
        public Builder addAll(State state) {
            for (Map.Entry<String, Entry> entry : state.entries.entrySet()) {
                add(entry.getKey(), entry.getValue());
            }
            return this;
        }

        /**
         * Adds an entry.
         *
         * @throws IllegalArgumentException if the name is malformed or taken
         */
        public Builder add(String name, Entry entry) {
            if (!isName(name)) {
                throw new IllegalArgumentException(
                        "state entry: '" + name + "' (expected: letters, digits and . _ / -)");
            }
            if (entries.putIfAbsent(name, entry) != null) {
                throw new IllegalArgumentException("state entry: '" + name + "' was added twice");
            }
            return this;
        }

        /** By hand rather than by a pattern, because states of tens of thousands of entries are built at every save. */
        private static boolean isName(String name) {
            for (int i = 0; i < name.length(); i++) {
                char c = name.charAt(i);
                boolean letterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
                if (!letterOrDigit && "._/-".indexOf(c) < 0) {
                    return false;
                }
            }
            return !name.isEmpty();
        }

        public State build() {
            return new State(new LinkedHashMap<>(entries));
        }
    }
}

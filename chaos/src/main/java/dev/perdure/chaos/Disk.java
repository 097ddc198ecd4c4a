package dev.perdure.chaos;

import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** A checkpoint store that asks before every write what is to happen to it. */
final class Disk implements ObjectStore {
    private final ObjectStore store;
    private final Mood mood;

    Disk(ObjectStore store, Mood mood) {
        this.store = store;
        this.mood = mood;
    }

    /** What happens to a write. */
    interface Mood {
        /** Returns, late or not, if it is to go well. */
        void write(String name) throws IOException;
    }

    @Override
    public boolean putIfAbsent(String name, List<MemorySegment> pieces) throws IOException {
        mood.write(name);
        return store.putIfAbsent(name, pieces);
    }

    @Override
    public OptionalLong size(String name) throws IOException {
        return store.size(name);
    }

    @Override
    public long read(String name, long offset, MemorySegment target) throws IOException {
        return store.read(name, offset, target);
    }

    @Override
    public long read(String name, long offset, MemorySegment target, Consumer<MemorySegment> filled)
            throws IOException {
        return store.read(name, offset, target, filled);
    }

    @Override
    public List<String> list(String prefix) throws IOException {
        return store.list(prefix);
    }

    @Override
    public boolean delete(String name) throws IOException {
        return store.delete(name);
    }

    @Override
    public List<ObjectStore> copies() {
        return store.copies();
    }

    @Override
    public void replaceDamaged(String name, List<MemorySegment> verified) throws IOException {
        mood.write(name);
        store.replaceDamaged(name, verified);
    }
}

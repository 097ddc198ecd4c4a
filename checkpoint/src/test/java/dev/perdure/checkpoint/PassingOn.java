package dev.perdure.checkpoint;

import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.OptionalLong;

/** Passes everything on; tests change what they need. */
class PassingOn implements ObjectStore {
    final ObjectStore store;

    PassingOn(ObjectStore store) {
        this.store = store;
    }

    @Override
    public boolean putIfAbsent(String name, List<MemorySegment> pieces) throws IOException {
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
    public List<String> list(String prefix) throws IOException {
        return store.list(prefix);
    }

    @Override
    public boolean delete(String name) throws IOException {
        return store.delete(name);
    }
}

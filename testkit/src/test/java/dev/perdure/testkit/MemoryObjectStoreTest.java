package dev.perdure.testkit;

import dev.perdure.store.MemoryObjectStore;
import dev.perdure.store.ObjectStore;

class MemoryObjectStoreTest extends ObjectStoreContract {
    @Override
    protected ObjectStore openEmpty() {
        return new MemoryObjectStore();
    }

    @Override
    protected ObjectStore reopen(ObjectStore store) {
        return store;
    }
}

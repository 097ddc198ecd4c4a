package dev.perdure.testkit;

import dev.perdure.store.LocalObjectStore;
import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class LocalObjectStoreTest extends ObjectStoreContract {
    @TempDir
    Path folder;

    @Override
    protected ObjectStore openEmpty() throws IOException {
        return new LocalObjectStore(Files.createTempDirectory(folder, "store"));
    }

    @Override
    protected ObjectStore reopen(ObjectStore store) throws IOException {
        return new LocalObjectStore(((LocalObjectStore) store).root());
    }
}

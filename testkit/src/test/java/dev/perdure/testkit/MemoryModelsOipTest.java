package dev.perdure.testkit;

import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipServer;
import dev.perdure.oip.OipServerSettings;
import dev.perdure.oip.SampleModels;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;

/** The protocol's promises, kept by our server over models in memory. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MemoryModelsOipTest extends OipContract {
    private final OipServer server;

    MemoryModelsOipTest() throws IOException {
        server = new OipServer(
                SampleModels.service(), OipServerSettings.DEFAULT, List.of(new OipAddress.Tcp("127.0.0.1", 0)));
    }

    @AfterAll
    void close() {
        server.close();
    }

    @Override
    protected URI http() {
        return URI.create("http://" + server.addresses().getFirst());
    }

    @Override
    protected OipAddress grpc() {
        return server.addresses().getFirst();
    }
}

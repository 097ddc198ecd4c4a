package dev.perdure.replica;

import com.google.common.util.concurrent.ListenableFuture;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipClient;
import dev.perdure.oip.OipClientSettings;
import dev.perdure.oip.OipException;
import dev.perdure.replica.v1.HostingGrpc.HostingFutureStub;
import dev.perdure.replica.v1.HostingWire;
import java.time.Duration;

/**
 * The other end of a {@link Hosting}, for one owner. Every method blocks for no longer than it is given, and says with an {@link
 * OipException} that there is no answer; what was asked may have been done then, or be yet. It may be used by any number of threads.
 */
public final class HostClient implements AutoCloseable {
    private final OipClient client;
    private final HostingFutureStub host;
    private final String owner;

    /** Connects to nobody yet. */
    public HostClient(OipAddress address, OipClientSettings settings, String owner) {
        this.client = new OipClient(address, settings, () -> {});
        this.host = client.stub(HostingFutureStub.class);
        this.owner = owner;
    }

    /** Says that the owner lives, and returns what there is. */
    public Hosting.Sight look(Duration within) {
        return HostingMessages.read(answer(
                host.look(HostingWire.LookRequest.newBuilder().setOwner(owner).build()), within));
    }

    /** Has a replica started; returns when there is a process. */
    public void start(String id, long number, Hosting.Offered bundle, Duration within) throws Hosting.RefusedException {
        HostingWire.StartResponse response = answer(
                host.start(HostingWire.StartRequest.newBuilder()
                        .setOwner(owner)
                        .setId(id)
                        .setNumber(number)
                        .setBundle(HostingMessages.write(bundle))
                        .build()),
                within);
        if (!response.getRefused().isEmpty()) {
            throw new Hosting.RefusedException(response.getRefused());
        }
    }

    /** Has a replica end; returns when the host knows. */
    public void stop(String id, boolean kill, Duration within) {
        answer(
                host.stop(HostingWire.StopRequest.newBuilder()
                        .setOwner(owner)
                        .setId(id)
                        .setKill(kill)
                        .build()),
                within);
    }

    private static <A> A answer(ListenableFuture<A> pending, Duration within) {
        return ReplicaClient.answer(pending, within);
    }

    @Override
    public void close() {
        client.close();
    }
}

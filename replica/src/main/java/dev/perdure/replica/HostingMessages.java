package dev.perdure.replica;

import dev.perdure.oip.ModelId;
import dev.perdure.replica.v1.HostingWire;

/** Values as messages of {@code hosting.proto}, and back. */
final class HostingMessages {
    private HostingMessages() {}

    static HostingWire.OfferedBundle write(Hosting.Offered bundle) {
        return HostingWire.OfferedBundle.newBuilder()
                .setName(bundle.model().name())
                .setVersion(bundle.model().version().orElse(""))
                .setDigest(bundle.digest())
                .build();
    }

    static Hosting.Offered read(HostingWire.OfferedBundle received) {
        return new Hosting.Offered(ModelId.of(received.getName(), received.getVersion()), received.getDigest());
    }

    static HostingWire.LookResponse write(Hosting.Sight sight) {
        var written = HostingWire.LookResponse.newBuilder().setFree(sight.free());
        sight.bundles().forEach(bundle -> written.addBundles(write(bundle)));
        sight.replicas().forEach(replica -> written.addReplicas(write(replica)));
        return written.build();
    }

    static Hosting.Sight read(HostingWire.LookResponse received) {
        return new Hosting.Sight(
                received.getBundlesList().stream().map(HostingMessages::read).toList(),
                received.getFree(),
                received.getReplicasList().stream().map(HostingMessages::read).toList());
    }

    private static HostingWire.OwnedReplica write(Hosting.Owned replica) {
        return HostingWire.OwnedReplica.newBuilder()
                .setId(replica.id())
                .setNumber(replica.number())
                .setBundle(write(replica.bundle()))
                .setPort(replica.port())
                .setEnded(replica.hasEnded())
                .setExit(replica.exit())
                .setWords(replica.words())
                .build();
    }

    private static Hosting.Owned read(HostingWire.OwnedReplica received) {
        return new Hosting.Owned(
                received.getId(),
                received.getNumber(),
                read(received.getBundle()),
                received.getPort(),
                received.getEnded(),
                received.getExit(),
                received.getWords());
    }
}

package dev.perdure.cli;

import dev.perdure.core.BadSettingException;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.SharedPorts;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * Ports that this process keeps for those that it starts, without listening at them: while one of those begins anew, nobody else
 * gets its port.
 */
final class HeldPorts implements AutoCloseable {
    private final List<SocketChannel> held = new ArrayList<>();
    private final List<OipAddress> addresses = new ArrayList<>();

    private HeldPorts() {}

    /**
     * Takes ports that nobody has.
     *
     * @param asked with port 0 for any that is free
     * @throws BadSettingException if somebody has one, or it cannot be had
     */
    static HeldPorts taken(List<OipAddress> asked) throws IOException {
        List<OipAddress> free = new ArrayList<>();
        for (OipAddress address : asked) {
            free.add(address instanceof OipAddress.Tcp tcp ? free(tcp) : address);
        }
        return shared(free);
    }

    /** Takes ports at which processes that are taken over listen already. */
    static HeldPorts shared(List<OipAddress> addresses) throws IOException {
        var ports = new HeldPorts();
        ports.addresses.addAll(addresses);
        try {
            for (OipAddress address : addresses) {
                if (areShared(addresses) && address instanceof OipAddress.Tcp tcp) {
                    ports.hold(tcp);
                }
            }
        } catch (BindException e) {
            ports.close();
            throw new BadSettingException("%s: %s (expected: free). End who listens there, or choose another port"
                    .formatted(addresses, e.getMessage()));
        }
        return ports;
    }

    /** Returns whether several processes listen at these addresses, or could. */
    static boolean areShared(List<OipAddress> addresses) {
        return SharedPorts.areToBeHad() && addresses.stream().allMatch(OipAddress.Tcp.class::isInstance);
    }

    /** Whoever shares a port would share it with a stranger of the same user as well: so first it is asked for alone. */
    private static OipAddress.Tcp free(OipAddress.Tcp asked) throws IOException {
        try (var alone = ServerSocketChannel.open()) {
            alone.bind(resolved(asked));
            return new OipAddress.Tcp(asked.host(), alone.socket().getLocalPort());
        } catch (BindException e) {
            throw new BadSettingException(
                    "%s: %s (expected: free). End who listens there, or choose another port with --http and --grpc"
                            .formatted(asked, e.getMessage()));
        }
    }

    private static InetSocketAddress resolved(OipAddress.Tcp address) {
        var resolved = new InetSocketAddress(address.host(), address.port());
        if (resolved.isUnresolved()) {
            throw new BadSettingException("%s: no such host (expected: one of this machine)".formatted(address));
        }
        return resolved;
    }

    private void hold(OipAddress.Tcp address) throws IOException {
        try {
            hold(address, false);
        } catch (BindException _) {
            hold(address, true);
        }
    }

    /** @param despiteOld also where connections of somebody who has ended are not forgotten; but others may then bind the port too */
    private void hold(OipAddress.Tcp address, boolean despiteOld) throws IOException {
        SocketChannel channel = SocketChannel.open();
        held.add(channel);
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, despiteOld);
        channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        channel.bind(resolved(address));
    }

    /** Returns the addresses, with ports. */
    List<OipAddress> addresses() {
        return List.copyOf(addresses);
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel channel : held) {
            channel.close();
        }
    }
}

package dev.perdure.oip;

import com.linecorp.armeria.common.Flags;
import com.linecorp.armeria.common.util.TransportType;
import com.linecorp.armeria.server.ServerBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import java.net.StandardSocketOptions;

/**
 * Ports at which several processes of one user listen at once ({@code SO_REUSEPORT}). The kernel gives each new connection to one
 * of those that listen at that moment, so one that has ended is given none.
 */
public final class SharedPorts {
    private static final String OPTION = "io.netty.channel.unix.UnixChannelOption#SO_REUSEPORT";

    private SharedPorts() {}

    /** Returns whether the kernel shares connections out among those that listen. Elsewhere the last that began gets all. */
    public static boolean areToBeHad() {
        return System.getProperty("os.name").startsWith("Linux");
    }

    /** Lets others listen at a server's ports too, as what is given to {@link OipServer} beside services. Not for sockets' files. */
    public static void share(ServerBuilder builder) {
        ChannelOption<Boolean> option = Flags.transportType() == TransportType.NIO
                ? NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT)
                : ChannelOption.valueOf(OPTION);
        builder.channelOption(option, true);
    }
}

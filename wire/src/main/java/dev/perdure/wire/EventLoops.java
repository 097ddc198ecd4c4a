package dev.perdure.wire;

import com.linecorp.armeria.common.util.EventLoopGroups;
import com.linecorp.armeria.common.util.TransportType;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Threads that move bytes: one is enough for each end. */
final class EventLoops {
    private EventLoops() {}

    /** Returns a loop of one thread. */
    static EventLoopGroup one(String name) {
        return EventLoopGroups.newEventLoopGroup(
                1, task -> Thread.ofPlatform().daemon().name(name).unstarted(task));
    }

    /** Ends a loop at once, with the connections that are left in it. */
    static void end(EventLoopGroup loop) {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /**
     * Returns the option that makes the kernel give up a connection, in so many milliseconds, whose other end does not
     * acknowledge what was sent; absent where there is none.
     */
    static Optional<ChannelOption<Integer>> unacknowledgedMillisMax(TransportType transport) {
        return transport == TransportType.EPOLL
                ? Optional.of(ChannelOption.valueOf("io.netty.channel.epoll.EpollChannelOption#TCP_USER_TIMEOUT"))
                : Optional.empty();
    }
}

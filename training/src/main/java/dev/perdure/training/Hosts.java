package dev.perdure.training;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** The name of this host. */
final class Hosts {
    private Hosts() {}

    static String name() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}

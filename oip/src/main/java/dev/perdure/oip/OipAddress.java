package dev.perdure.oip;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;

/** Where the protocol is spoken. */
public sealed interface OipAddress {
    /** The longest path that a Unix domain socket can have. */
    int PATH_BYTES_MAX = 107;

    /** A host, and a port or 0 for any that is free. */
    record Tcp(String host, int port) implements OipAddress {
        public Tcp {
            if (host.isBlank() || port < 0 || port > 65_535) {
                throw new IllegalArgumentException("address: %s:%d (expected: host:port)".formatted(host, port));
            }
        }

        @Override
        public String toString() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /** A Unix domain socket. */
    record Unix(Path path) implements OipAddress {
        public Unix {
            path = path.toAbsolutePath();
            if (path.toString().getBytes(UTF_8).length > PATH_BYTES_MAX) {
                throw new IllegalArgumentException("socket: %s (expected: at most %d bytes). Use a shorter folder"
                        .formatted(path, PATH_BYTES_MAX));
            }
        }

        @Override
        public String toString() {
            return "unix:" + path;
        }
    }

    /** Reads {@code host:port} or {@code unix:/path}. */
    static OipAddress parse(String text) {
        if (text.startsWith("unix:")) {
            return new Unix(Path.of(text.substring("unix:".length())));
        }
        int colon = text.lastIndexOf(':');
        String port = text.substring(colon + 1);
        if (colon < 1 || !port.matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException("address: '%s' (expected: host:port or unix:/path)".formatted(text));
        }
        String host = text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        return new Tcp(bracketed ? host.substring(1, host.length() - 1) : host, Integer.parseInt(port));
    }
}

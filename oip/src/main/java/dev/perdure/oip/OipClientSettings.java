package dev.perdure.oip;

import com.linecorp.armeria.common.TlsProvider;
import java.time.Duration;
import java.util.Optional;

/**
 * How large, how long.
 *
 * @param limits of one answer
 * @param connectWithin how long a connection may take to come about
 * @param silence after how long without a byte the other side is asked whether it is there, and after how long without
 *     an answer the connection is given up; at least a second, or zero for a socket on the same host, whose end is always
 *     noticed
 * @param tls the certificate that is shown, and whose certificates are taken; absent when nothing is encrypted
 */
public record OipClientSettings(OipLimits limits, Duration connectWithin, Duration silence, Optional<TlsProvider> tls) {

    /** A second to connect, and a second's silence. */
    public static final OipClientSettings DEFAULT =
            new OipClientSettings(OipLimits.DEFAULT, Duration.ofSeconds(1), Duration.ofSeconds(1));

    /** Settings of a client that encrypts nothing. */
    public OipClientSettings(OipLimits limits, Duration connectWithin, Duration silence) {
        this(limits, connectWithin, silence, Optional.empty());
    }

    public OipClientSettings {
        if (connectWithin.toMillis() < 1) {
            throw new IllegalArgumentException("connectWithin: %s (expected: >= 1 ms)".formatted(connectWithin));
        }
        if (!silence.isZero() && silence.toMillis() < 1000) {
            throw new IllegalArgumentException("silence: %s (expected: >= 1 s, or none)".formatted(silence));
        }
    }

    /** Returns the same, over TLS if certificates are given. */
    public OipClientSettings over(Optional<TlsProvider> certificates) {
        return new OipClientSettings(limits, connectWithin, silence, certificates);
    }
}

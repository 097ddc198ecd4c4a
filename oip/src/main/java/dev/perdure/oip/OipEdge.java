package dev.perdure.oip;

import com.linecorp.armeria.common.TlsProvider;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What stands between a server's sockets and its services.
 *
 * @param tls certificates for its TCP ports, which then speak TLS and nothing else; sockets of the host never do
 * @param access decides who may ask; anybody if absent
 * @param audit keeps what is changed; nobody if absent
 * @param told hears what became of each request, by threads that must not be held up; nobody if absent
 */
public record OipEdge(
        Optional<Tls> tls, Optional<Access> access, Optional<Audit> audit, Optional<Consumer<Served>> told) {
    /** Nothing is encrypted, asked, kept or told. */
    public static final OipEdge OPEN =
            new OipEdge(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /**
     * How TLS is spoken.
     *
     * @param certificates asked for with every new connection, for those of clients too
     * @param asksClients whether clients must show a certificate
     */
    public record Tls(TlsProvider certificates, boolean asksClients) {}

    /** Returns the same, with TLS. */
    public OipEdge over(Tls certificates) {
        return new OipEdge(Optional.of(certificates), access, audit, told);
    }

    /** Returns the same, with somebody who decides who may ask. */
    public OipEdge admitting(Access who) {
        return new OipEdge(tls, Optional.of(who), audit, told);
    }

    /** Returns the same, with somebody who keeps what is changed. */
    public OipEdge keeping(Audit changes) {
        return new OipEdge(tls, access, Optional.of(changes), told);
    }

    /** Returns the same, with another that hears what became of requests. */
    public OipEdge telling(Consumer<Served> listener) {
        return new OipEdge(tls, access, audit, Optional.of(listener));
    }

    boolean isOpen() {
        return access.isEmpty() && audit.isEmpty() && told.isEmpty() && tls.isEmpty();
    }
}

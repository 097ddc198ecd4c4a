package dev.perdure.oip;

/**
 * Something that changes what is served, as it was asked for.
 *
 * @param who asks; the peer where nobody needs to say
 * @param peer the other end's address
 * @param path of HTTP, of gRPC too
 * @param model that it is about; empty when it is about none, or that was not read yet
 */
public record AdminAction(String who, String peer, Operation operation, String path, String model, Trace trace) {}

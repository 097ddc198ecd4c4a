package dev.perdure.oip;

import io.grpc.Metadata;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import java.util.Map;

/** Headers of a gRPC call. */
final class Headers {
    private Headers() {}

    static <S extends AbstractStub<S>> S with(S stub, Map<String, String> headers) {
        if (headers.isEmpty()) {
            return stub;
        }
        var metadata = new Metadata();
        headers.forEach((name, value) -> metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value));
        return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
    }
}

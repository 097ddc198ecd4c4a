package dev.perdure.oip;

import io.grpc.Codec;
import io.grpc.DecompressorRegistry;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/** The compression of gRPC messages that clients in other languages have and gRPC's own library for Java lacks. */
final class GrpcDeflate implements Codec {

    /** Returns gRPC's own ways and this one. */
    static DecompressorRegistry registry() {
        return DecompressorRegistry.getDefaultInstance().with(new GrpcDeflate(), true);
    }

    @Override
    public String getMessageEncoding() {
        return "deflate";
    }

    @Override
    public InputStream decompress(InputStream packed) {
        return new InflaterInputStream(packed);
    }

    @Override
    public OutputStream compress(OutputStream packed) {
        return new DeflaterOutputStream(packed);
    }
}

package dev.perdure.oip;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import io.netty.buffer.Unpooled;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;

/** Answers over HTTP. Tensors' memory is written as it is, not copied, unless it is compressed. */
final class RestAnswers {
    /** What is shorter is not worth compressing. */
    private static final int COMPRESSED_BYTES_MIN = 512;

    private RestAnswers() {}

    static HttpResponse json(int status, MemorySegment json) {
        return HttpResponse.of(headers(status, MediaType.JSON), HttpData.wrap(json.toArray(ValueLayout.JAVA_BYTE)));
    }

    private static ResponseHeaders headers(int status, MediaType type) {
        return ResponseHeaders.of(HttpStatus.valueOf(status), HttpHeaderNames.CONTENT_TYPE, type);
    }

    /** Only 200 means yes, whatever the body says. */
    static HttpResponse probe(String name, boolean yes) {
        return json(yes ? 200 : 503, JsonAnswers.truth(name, yes));
    }

    static HttpResponse body(HttpBody body, Optional<Compression> accepted) {
        boolean binary = body.jsonBytes().isPresent();
        ResponseHeadersBuilder headers = headers(200, binary ? MediaType.OCTET_STREAM : MediaType.JSON).toBuilder();
        body.jsonBytes().ifPresent(bytes -> headers.setLong(RestService.JSON_BYTES, bytes));
        if (accepted.isPresent() && body.bytes() >= COMPRESSED_BYTES_MIN) {
            headers.set(HttpHeaderNames.CONTENT_ENCODING, accepted.get().headerValue());
            return HttpResponse.of(headers.build(), HttpData.wrap(accepted.get().compressed(body.parts())));
        }
        headers.contentLength(body.bytes());
        List<HttpData> parts = body.parts().stream()
                .filter(part -> part.byteSize() > 0)
                .map(part -> HttpData.wrap(Unpooled.wrappedBuffer(Tensor.buffer(part))))
                .toList();
        var objects = new HttpObject[parts.size() + 1];
        objects[0] = headers.build();
        for (int i = 0; i < parts.size(); i++) {
            objects[i + 1] = i < parts.size() - 1 ? parts.get(i) : parts.get(i).withEndOfStream();
        }
        return HttpResponse.of(objects);
    }
}

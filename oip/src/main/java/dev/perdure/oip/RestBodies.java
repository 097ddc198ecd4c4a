package dev.perdure.oip;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpHeaderNames;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Optional;

/** Bodies of requests; an empty one of those that are not for inference says nothing, which is allowed. */
final class RestBodies {
    private RestBodies() {}

    /** Returns a body as it was before it was compressed. */
    static MemorySegment plain(AggregatedHttpRequest request, OipLimits limits) {
        byte[] bytes = request.content().array();
        Optional<Compression> compression =
                Compression.ofContent(Optional.ofNullable(request.headers().get(HttpHeaderNames.CONTENT_ENCODING)));
        return MemorySegment.ofArray(
                compression.isEmpty() ? bytes : compression.get().decompressed(bytes, limits.bodyBytesMax()));
    }

    /** Returns what the member {@code parameters} has. */
    static Map<String, Parameter> parameters(MemorySegment body, OipLimits limits) {
        if (body.byteSize() == 0) {
            return Map.of();
        }
        return JsonReading.of(body, json -> {
            var read = new Object() {
                Map<String, Parameter> parameters = Map.of();
            };
            json.object(name -> {
                if (name.equals("parameters")) {
                    read.parameters = JsonReading.parameters(json, limits);
                } else {
                    json.skip();
                }
            });
            json.end();
            return read.parameters;
        });
    }

    /** Returns whether only what can be asked is wanted. */
    static boolean ready(MemorySegment body) {
        if (body.byteSize() == 0) {
            return false;
        }
        return JsonReading.of(body, json -> {
            boolean[] ready = {false};
            json.object(name -> {
                if (name.equals("ready")) {
                    ready[0] = json.truth();
                } else {
                    json.skip();
                }
            });
            json.end();
            return ready[0];
        });
    }
}

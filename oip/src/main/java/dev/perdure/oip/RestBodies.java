package dev.perdure.oip;

import java.lang.foreign.MemorySegment;
import java.util.Map;

/** Bodies of requests that are not for inference; an empty one says nothing, which is allowed. */
final class RestBodies {
    private RestBodies() {}

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

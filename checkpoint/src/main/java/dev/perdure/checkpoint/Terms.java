package dev.perdure.checkpoint;

import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Gives every writer a fencing number that is greater than all before. */
final class Terms {
    private Terms() {}

    /** Takes the next term; tries again when the store does not answer, in which case a number may be left unused. */
    static int claim(ObjectStore store, CheckpointerOptions options) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                return claim(store);
            } catch (IOException e) {
                if (!options.retries().allowsAfter(attempt)) {
                    throw e;
                }
                options.surroundings().sleep(options.retries().pauseAfter(attempt));
            }
        }
    }

    static int claim(ObjectStore store) throws IOException {
        for (int term = Paths.newestTerm(store) + 1; ; term++) {
            if (store.putIfAbsent(Paths.term(term), "taken\n".getBytes(StandardCharsets.UTF_8))) {
                return term;
            }
        }
    }
}

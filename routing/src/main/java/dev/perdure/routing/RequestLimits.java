package dev.perdure.routing;

import java.util.Optional;

/**
 * How much one request may bring.
 *
 * @param bodyBytesMax of its body, decompressed, >= 1
 * @param itemsMax in its batch, >= 1
 */
public record RequestLimits(long bodyBytesMax, int itemsMax) {
    public RequestLimits {
        Checks.atLeast("bodyBytesMax", bodyBytesMax, 1);
        Checks.atLeast("itemsMax", itemsMax, 1);
    }

    /** Returns why a body is too large, if it is; to be asked before it is read, and again while it is. */
    public Optional<String> refusesBody(long bytes) {
        return bytes <= bodyBytesMax
                ? Optional.empty()
                : Optional.of("body: %d bytes (expected: at most %d). Send fewer items, or ask for a higher limit."
                        .formatted(bytes, bodyBytesMax));
    }

    /** Returns why a batch is too large or empty, if it is. */
    public Optional<String> refusesItems(long items) {
        return items >= 1 && items <= itemsMax
                ? Optional.empty()
                : Optional.of("batch: %d items (expected: 1 to %d). Send them in several requests."
                        .formatted(items, itemsMax));
    }
}

package dev.perdure.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whose bundles are used.
 *
 * @param keys of those who may vouch for a bundle
 * @param unsignedAllowed whether one that none of them vouches for is used as well. What a trusted key signed wrongly is
 *     refused in any case, and so is whatever is damaged
 */
public record Trust(List<VerifyingKey> keys, boolean unsignedAllowed) {
    public Trust {
        keys = List.copyOf(keys);
    }

    /** Returns that nothing is used but what one of these keys signed. */
    public static Trust only(List<VerifyingKey> keys) {
        return new Trust(keys, false);
    }

    /** Returns that whatever is whole is used: for one's own machine, not for others' bundles. */
    public static Trust anybody() {
        return new Trust(List.of(), true);
    }

    /** Returns the same, but for bundles that nobody who is trusted vouches for, which are used as well. */
    public Trust orUnsigned() {
        return new Trust(keys, true);
    }

    Map<String, VerifyingKey> byId() {
        var byId = new LinkedHashMap<String, VerifyingKey>();
        keys.forEach(key -> byId.put(key.id(), key));
        return byId;
    }
}

package dev.perdure.model;

import dev.perdure.core.BadSettingException;
import dev.perdure.store.ObjectNames;
import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.util.List;

/**
 * Where a bundle lies: the objects of a store whose names begin with a prefix.
 *
 * @param prefix empty, or ending with {@code /}
 */
record Place(ObjectStore store, String prefix) {
    Place {
        ObjectNames.checkPrefix(prefix);
        if (!prefix.isEmpty() && !prefix.endsWith("/")) {
            throw new IllegalArgumentException("prefix '%s' (expected: empty, or ending with /)".formatted(prefix));
        }
    }

    /** Returns the full name of one of the bundle's objects. */
    String at(String name) {
        return prefix + name;
    }

    /** Returns the names of the objects that lie here, without the prefix. */
    List<String> names(String begin) throws IOException {
        return store.list(prefix + begin).stream()
                .map(name -> name.substring(prefix.length()))
                .toList();
    }

    RefusedBundleException refused(Refusal refusal) {
        return new RefusedBundleException(toString(), refusal);
    }

    BadSettingException occupied() {
        return new BadSettingException(
                "bundle %s: another bundle is here (expected: nothing). None is overwritten: choose another place."
                        .formatted(this));
    }

    @Override
    public String toString() {
        return prefix.isEmpty() ? store.toString() : store + "/" + prefix.substring(0, prefix.length() - 1);
    }
}

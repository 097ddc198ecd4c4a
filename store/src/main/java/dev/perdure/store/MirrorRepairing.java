package dev.perdure.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;

/** One pass over names of which a mirror and its primary may hold different things. */
final class MirrorRepairing {
    private final ObjectStore primary;
    private final ObjectStore mirror;
    private final MirrorDebts debts;
    private final List<String> toPrimary = new ArrayList<>();
    private final List<String> toMirror = new ArrayList<>();
    private final List<String> deleted = new ArrayList<>();
    private final List<String> different = new ArrayList<>();
    private final TreeMap<String, IOException> failed = new TreeMap<>();

    MirrorRepairing(ObjectStore primary, ObjectStore mirror, MirrorDebts debts) {
        this.primary = primary;
        this.mirror = mirror;
        this.debts = debts;
    }

    MirrorRepair run(Collection<String> names, boolean compareBytes) {
        for (String name : names) {
            try {
                repair(name, compareBytes);
            } catch (IOException e) {
                failed.put(name, e);
            }
        }
        return new MirrorRepair(toPrimary, toMirror, deleted, different, failed);
    }

    private void repair(String name, boolean compareBytes) throws IOException {
        if (debts.owesDeletion(name)) {
            mirror.delete(name);
            deleted.add(name);
            debts.deletion(name, true);
            return;
        }
        OptionalLong here = primary.size(name);
        OptionalLong there = mirror.size(name);
        if (here.isEmpty() && there.isPresent()) {
            Contents.copy(mirror, primary, name);
            toPrimary.add(name);
        } else if (here.isPresent() && there.isEmpty()) {
            Contents.copy(primary, mirror, name);
            toMirror.add(name);
        } else if (!here.equals(there) || (compareBytes && here.isPresent() && !Contents.same(primary, mirror, name))) {
            different.add(name);
            return;
        }
        debts.put(name, true);
    }
}

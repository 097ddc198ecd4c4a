package dev.perdure.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was seen of a folder of bundles, look after look: a value. A bundle is looked into when nothing of it has changed from one
 * look to the next, so that one that is being copied is not taken for a damaged one; and it is gone when two looks did not see it.
 */
record FolderLooks(SortedMap<Path, Place> places) {
    static final FolderLooks NONE = new FolderLooks(new TreeMap<>());

    /**
     * A bundle's place.
     *
     * @param print what it looked like
     * @param judged what it looked like when it was looked into; empty if it never was
     * @param missed looks in a row that did not see it
     */
    record Place(String print, String judged, int missed) {}

    /** What follows from a look. */
    record Look(FolderLooks next, List<Path> toRead, List<Path> gone) {}

    private static final int MISSED_MAX = 2;

    FolderLooks {
        places = Collections.unmodifiableSortedMap(new TreeMap<>(places));
    }

    /** Returns these, where a bundle was looked into already. */
    FolderLooks read(Path place, String print) {
        var next = new TreeMap<>(places);
        next.put(place, new Place(print, print, 0));
        return new FolderLooks(next);
    }

    /**
     * Takes a look.
     *
     * @param prints what each bundle that is there looks like
     * @param atOnce whether bundles are looked into that have changed since the last look
     */
    Look after(SortedMap<Path, String> prints, boolean atOnce) {
        var next = new TreeMap<Path, Place>();
        var toRead = new ArrayList<Path>();
        var gone = new ArrayList<Path>();
        places.forEach((path, place) -> {
            if (!prints.containsKey(path)) {
                if (place.missed() + 1 < MISSED_MAX) {
                    next.put(path, new Place("", place.judged(), place.missed() + 1));
                } else {
                    gone.add(path);
                }
            }
        });
        prints.forEach((path, print) -> {
            Place before = places.getOrDefault(path, new Place("", "", 0));
            boolean isStill = atOnce || print.equals(before.print());
            boolean isNew = isStill && !print.equals(before.judged());
            if (isNew) {
                toRead.add(path);
            }
            next.put(path, new Place(print, isNew ? print : before.judged(), 0));
        });
        return new Look(new FolderLooks(next), toRead, gone);
    }
}

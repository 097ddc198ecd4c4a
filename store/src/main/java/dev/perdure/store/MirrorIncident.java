package dev.perdure.store;

import java.io.IOException;

/** Something that a {@link MirroredObjectStore} got over, and that somebody should know of. */
public sealed interface MirrorIncident {
    /** The object's name, or the prefix of a listing. */
    String name();

    /** The primary did not give what was asked; the mirror did. */
    record PrimaryFailed(String operation, String name, IOException failure) implements MirrorIncident {}

    /** The mirror did not do what was asked; the primary did. A put or a deletion is owed to it now. */
    record MirrorFailed(String operation, String name, IOException failure) implements MirrorIncident {}

    /** Both sides have an object of this name, with different bytes. Nothing was changed. */
    record Different(String name) implements MirrorIncident {}
}

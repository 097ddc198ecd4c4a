package dev.perdure.checkpoint;

/**
 * Which part of a save is one's own, when a group of processes with the same state makes it together. All of a group's
 * shares of a save differ in {@code part} alone. Which tensors a part has follows from the state's layout: neighbouring
 * objects, about as many bytes in each part; a part may have none.
 *
 * @param term of the {@link Checkpointer} that leads: part 0, which publishes the checkpoint
 * @param serial which of the saves of that term, counting from 1; never given twice, also not when a step is saved again
 * @param part which part, counting from 0
 * @param parts how many there are
 */
public record SaveShare(int term, int serial, int part, int parts) {
    public SaveShare {
        if (term < 1 || serial < 1 || parts < 1 || part < 0 || part >= parts) {
            throw new IllegalArgumentException(
                    "share: part %d of %d, term %d, serial %d (expected: part below parts, term and serial >= 1)"
                            .formatted(part, parts, term, serial));
        }
    }

    /** Returns whether this one waits for the others and publishes. */
    boolean leads() {
        return part == 0;
    }

    /** Returns the same save as another of the group sees it. */
    SaveShare of(int otherPart) {
        return new SaveShare(term, serial, otherPart, parts);
    }
}

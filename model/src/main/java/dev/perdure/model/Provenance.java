package dev.perdure.model;

import java.util.Optional;
import java.util.SequencedMap;

/**
 * Where a model comes from.
 *
 * @param run the name of the run that trained it, or of what it was imported from
 * @param checkpoint the SHA-256 of the manifest of the checkpoint that the weights are from
 * @param file the SHA-256 of the file that it was imported from
 * @param data the digest of the data it was trained with
 * @param recipe the configuration of the run, in full
 * @param versions of the programs that took part, by name
 */
public record Provenance(
        String run,
        Optional<String> checkpoint,
        Optional<String> file,
        Optional<String> data,
        Optional<String> recipe,
        SequencedMap<String, String> versions) {
    public Provenance {
        Checks.name("provenance: run", run);
        versions = Checks.copy(versions);
    }
}

package dev.perdure.cli;

import dev.perdure.core.BadSettingException;
import dev.perdure.gateway.ServedVersion;
import dev.perdure.model.Bundles;
import dev.perdure.model.Trust;
import dev.perdure.oip.ModelId;
import dev.perdure.store.LocalObjectStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A folder of bundles: {@code NAME/VERSION/} each. */
final class ModelFolder {
    private ModelFolder() {}

    /**
     * Verifies every byte of all of them.
     *
     * @throws dev.perdure.model.RefusedBundleException if one is not to be used; then none is served
     * @throws BadSettingException if there is none, or two are the same version of the same model
     */
    static List<ServedVersion> read(Path models, Trust trust) throws IOException {
        if (!Files.isDirectory(models)) {
            throw new BadSettingException(
                    "%s: no such folder (expected: one with NAME/VERSION/ bundles). Make one: perdure bundle RUN --out %s/NAME/1"
                            .formatted(models, models));
        }
        Map<ModelId, ServedVersion> versions = new LinkedHashMap<>();
        for (Path place : BundlePlaces.in(models)) {
            ServedVersion version = verified(place, trust);
            ServedVersion other = versions.putIfAbsent(version.id(), version);
            if (other != null) {
                throw new BadSettingException("%s: model %s (expected: another version than %s). Leave one out"
                        .formatted(place, version.id(), other.place()));
            }
        }
        if (versions.isEmpty()) {
            throw new BadSettingException(
                    "%s: no bundles (expected: NAME/VERSION/ in it). Make one: perdure bundle RUN --out %s/NAME/1"
                            .formatted(models, models));
        }
        return List.copyOf(versions.values());
    }

    /**
     * Verifies every byte of one.
     *
     * @throws dev.perdure.model.RefusedBundleException if it is not to be used
     */
    static ServedVersion verified(Path place, Trust trust) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            return ServedVersion.of(
                    place.toAbsolutePath().toString(),
                    Bundles.at(new LocalObjectStore(place)).open(trust, arena));
        }
    }
}

package dev.perdure.cli;

import dev.perdure.gateway.ServedVersion;
import dev.perdure.model.Trust;
import dev.perdure.replica.Hosting.Offered;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The bundles of a folder that may be served: every byte of each was verified. The folder is looked at by one thread; what there
 * is may be asked by any.
 */
final class OfferedBundles {
    private final Path models;
    private final Trust trust;
    private final Consumer<String> say;
    private FolderLooks looks = FolderLooks.NONE;
    private volatile Map<Path, Offered> known = Map.of();
    private String trouble = "";

    /**
     * Verifies all.
     *
     * @param say told what comes and goes, for people
     * @throws dev.perdure.model.RefusedBundleException if one is not to be used
     * @throws dev.perdure.core.BadSettingException if there is none
     */
    OfferedBundles(Path models, Trust trust, Consumer<String> say) throws IOException {
        this.models = models.toAbsolutePath();
        this.trust = trust;
        this.say = say;
        List<ServedVersion> all = ModelFolder.read(this.models, trust);
        Map<Path, String> prints = BundlePlaces.prints(this.models);
        var found = new LinkedHashMap<Path, Offered>();
        for (ServedVersion version : all) {
            Path place = Path.of(version.place());
            found.put(place, offered(version));
            looks = looks.read(place, prints.getOrDefault(place, ""));
        }
        known = Map.copyOf(found);
    }

    private static Offered offered(ServedVersion version) {
        return new Offered(version.id(), version.digest());
    }

    List<Offered> all() {
        return List.copyOf(known.values());
    }

    /** Returns where a bundle lies; nothing when it is not there, or is another now. */
    Optional<Path> place(Offered bundle) {
        return known.entrySet().stream()
                .filter(entry -> entry.getValue().equals(bundle))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** Returns where they lie. */
    Path folder() {
        return models;
    }

    /** Looks at the folder, and verifies what is new. */
    void look() {
        try {
            FolderLooks.Look look = looks.after(BundlePlaces.prints(models), false);
            looks = look.next();
            var next = new LinkedHashMap<>(known);
            look.gone().forEach(place -> gone(next.remove(place)));
            look.toRead().forEach(place -> read(place, next));
            known = Map.copyOf(next);
            trouble = "";
        } catch (IOException e) {
            String words = "%s cannot be read: %s. What was there is offered on".formatted(models, e);
            if (!words.equals(trouble)) {
                say.accept(words);
            }
            trouble = words;
        }
    }

    private void gone(@Nullable Offered bundle) {
        if (bundle != null) {
            say.accept("%s: its bundle is gone, so it is not offered any more".formatted(bundle.model()));
        }
    }

    private void read(Path place, Map<Path, Offered> next) {
        next.remove(place);
        try {
            Offered bundle = offered(ModelFolder.verified(place, trust));
            next.put(place, bundle);
            say.accept("%s: bundle %s is whole"
                    .formatted(bundle.model(), bundle.digest().substring(0, 12)));
        } catch (IOException | RuntimeException e) {
            say.accept("a bundle is refused; all others go on: " + e.getMessage());
        }
    }
}

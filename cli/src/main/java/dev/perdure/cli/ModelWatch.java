package dev.perdure.cli;

import dev.perdure.core.BadSettingException;
import dev.perdure.gateway.Gateway;
import dev.perdure.gateway.GatewayListener;
import dev.perdure.gateway.ModelRepository;
import dev.perdure.gateway.RolloutSettings.Manner;
import dev.perdure.gateway.ServedVersion;
import dev.perdure.model.Trust;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import dev.perdure.oip.RepositoryEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Has a gateway serve what is in a folder of bundles: what appears is verified and served, what vanishes is not served any more.
 * A bundle that is refused is told of once; all others go on. Clients' names are compared with those of bundles that were read
 * here, and never become part of a path.
 */
final class ModelWatch implements ModelRepository, AutoCloseable {
    private final Path models;
    private final Trust trust;
    private final RolloutRecords records;
    private final OrdersFile file;
    private final Consumer<String> say;
    private final SortedMap<Path, ServedVersion> known = new TreeMap<>();
    private final SortedMap<Path, String> refused = new TreeMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private RepositoryOrders orders = RepositoryOrders.NONE;
    private FolderLooks looks = FolderLooks.NONE;
    private String trouble = "";

    /**
     * @param file of what clients ask, of this gateway or another
     * @param say told what happens, for people
     */
    ModelWatch(Path models, Trust trust, RolloutRecords records, OrdersFile file, Consumer<String> say) {
        this.models = models;
        this.trust = trust;
        this.records = records;
        this.file = file;
        this.say = say;
    }

    /**
     * Reads all that is there, which is to be served from the begin: without what was rolled back, and without what was on trial
     * beside another version, which {@link #begin} puts on trial again.
     *
     * @throws dev.perdure.model.RefusedBundleException if one is not to be used; then none is served
     * @throws BadSettingException if nothing is left
     */
    synchronized List<ServedVersion> first() throws IOException {
        orders = ordersOrNone();
        SortedMap<Path, String> prints = Files.isDirectory(models) ? prints() : new TreeMap<>();
        List<ServedVersion> all = ModelFolder.read(models, trust);
        var serving = new ArrayList<ServedVersion>();
        var undecided = new ArrayList<ServedVersion>();
        for (ServedVersion version : all) {
            Path place = Path.of(version.place());
            known.put(place, version);
            looks = looks.read(place, prints.getOrDefault(place, ""));
            if (records.rolledBack(version.digest()).isPresent()) {
                sayRolledBack(version);
            } else if (records.isUndecided(version.digest())) {
                undecided.add(version);
            } else {
                serving.add(version);
            }
        }
        var names = new HashSet<String>();
        serving.forEach(version -> names.add(version.id().name()));
        undecided.stream()
                .filter(version -> !names.contains(version.id().name()))
                .forEach(serving::add);
        if (serving.isEmpty()) {
            throw new BadSettingException(
                    "%s: every version was rolled back (expected: one that was not). Add a version that is better"
                            .formatted(models));
        }
        return serving;
    }

    private RepositoryOrders ordersOrNone() {
        try {
            return file.read();
        } catch (IOException e) {
            say.accept("what was unloaded by request is served, since that cannot be read: " + e.getMessage());
            return RepositoryOrders.NONE;
        }
    }

    /** Returns those of some versions that nobody has asked to be unloaded. */
    synchronized List<ServedVersion> wanted(List<ServedVersion> versions) {
        return versions.stream()
                .filter(version -> !orders.isUnloaded(version.id()))
                .toList();
    }

    private SortedMap<Path, String> prints() throws IOException {
        return BundlePlaces.prints(models.toAbsolutePath());
    }

    private void sayRolledBack(ServedVersion version) {
        say.accept("%s is not served: it was rolled back %s. It is tried again when its bundle changes"
                .formatted(version.id(), records.rolledBack(version.digest()).orElse("")));
    }

    /** Returns a listener that hears the same as another, and has this keep what is decided about versions. */
    GatewayListener keeping(GatewayListener other) {
        return new KeptRollouts(records, other);
    }

    /**
     * Begins to look, about so often, until it is closed. A big bundle is verified for seconds: as a virtual thread that would hold one
     * of the few threads on which requests are answered.
     */
    void begin(Gateway gateway, Duration every) {
        Thread.ofPlatform().daemon().name("models").start(() -> {
            offerAll(gateway);
            try {
                while (!closed.await(every.toMillis(), TimeUnit.MILLISECONDS)) {
                    look(gateway, false);
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private synchronized void offerAll(Gateway gateway) {
        known.values().forEach(version -> offer(gateway, version));
    }

    /** Takes a look at the folder and at what clients have asked of others, and does what follows. */
    synchronized void look(Gateway gateway, boolean atOnce) {
        SortedMap<Path, String> prints;
        Set<String> rolledBack;
        RepositoryOrders asked;
        try {
            asked = file.read();
            prints = prints();
            rolledBack = records.refresh();
            trouble = "";
        } catch (IOException e) {
            String words = "%s cannot be read: %s. What is served goes on".formatted(models, e);
            if (!words.equals(trouble)) {
                say.accept(words);
            }
            trouble = words;
            return;
        }
        FolderLooks.Look look = looks.after(prints, atOnce || !asked.loads().equals(orders.loads()));
        looks = look.next();
        look.gone().forEach(place -> gone(gateway, place));
        look.toRead().forEach(place -> read(gateway, place));
        known.values().stream()
                .filter(version -> rolledBack.contains(version.digest()) && hasOther(version.id()))
                .forEach(version -> {
                    sayRolledBack(version);
                    gateway.retire(version.id());
                });
        follow(gateway, asked);
    }

    /** Does what clients have asked, of this gateway or another, since this was last looked at. */
    private void follow(Gateway gateway, RepositoryOrders now) {
        RepositoryOrders before = orders;
        orders = now;
        for (ModelId gone : now.unloadedSince(before)) {
            say.accept("%s is unloaded by request, until it is loaded again".formatted(gone));
            gateway.retire(gone);
        }
        for (ServedVersion version : List.copyOf(known.values())) {
            Optional<Manner> manner = now.mannerSince(before, version.id().name());
            if (manner.isPresent() && !now.isUnloaded(version.id())) {
                tryAgain(gateway, version, manner.get());
            } else if (before.isUnloaded(version.id())) {
                offer(gateway, version);
            }
        }
    }

    private void gone(Gateway gateway, Path place) {
        refused.remove(place);
        ServedVersion version = known.remove(place);
        if (version != null && !isKnown(version.id())) {
            say.accept("%s: its bundle is gone, so it is not served any more".formatted(version.id()));
            gateway.retire(version.id());
            if (orders.isUnloaded(version.id())) {
                forget(version.id());
            }
        }
    }

    /** Whoever looks first at where a bundle was has its order forgotten, for all. */
    private void forget(ModelId gone) {
        try {
            file.change(known -> known.forget(gone));
        } catch (IOException e) {
            say.accept("%s: that it is gone cannot be written: %s".formatted(gone, e.getMessage()));
        }
    }

    private boolean hasOther(ModelId id) {
        return known.values().stream()
                .anyMatch(version ->
                        version.id().name().equals(id.name()) && !version.id().equals(id));
    }

    private boolean isKnown(ModelId id) {
        return known.values().stream().anyMatch(version -> version.id().equals(id));
    }

    private void read(Gateway gateway, Path place) {
        ServedVersion version;
        try {
            version = ModelFolder.verified(place, trust);
        } catch (IOException | RuntimeException e) {
            refuse(place, String.valueOf(e.getMessage()));
            return;
        }
        Optional<ServedVersion> twin = known.entrySet().stream()
                .filter(entry ->
                        !entry.getKey().equals(place) && entry.getValue().id().equals(version.id()))
                .map(Map.Entry::getValue)
                .findFirst();
        if (twin.isPresent()) {
            refuse(
                    place,
                    "%s: model %s (expected: another version than %s). Leave one out"
                            .formatted(place, version.id(), twin.get().place()));
            return;
        }
        refused.remove(place);
        ServedVersion before = known.put(place, version);
        if (before != null && !before.id().equals(version.id())) {
            gateway.retire(before.id());
        }
        say.accept("%s: bundle %s is whole"
                .formatted(version.id(), version.digest().substring(0, 12)));
        if (records.rolledBack(version.digest()).isPresent()) {
            sayRolledBack(version);
        }
        offer(gateway, version);
    }

    private void refuse(Path place, String why) {
        refused.put(place, why);
        say.accept("a bundle is refused; all others go on: " + why);
    }

    private void offer(Gateway gateway, ServedVersion version) {
        boolean isWanted = !orders.isUnloaded(version.id())
                && records.rolledBack(version.digest()).isEmpty();
        if (isWanted) {
            gateway.serve(version);
        }
    }

    @Override
    public synchronized void load(Gateway gateway, String model, Optional<Manner> manner) {
        look(gateway, true);
        List<ServedVersion> versions = known.values().stream()
                .filter(version -> version.id().name().equals(model))
                .toList();
        if (versions.isEmpty()) {
            throw notThere(model);
        }
        try {
            for (ServedVersion version : versions) {
                if (manner.isPresent() && records.rolledBack(version.digest()).isPresent()) {
                    records.forget(version.digest());
                }
            }
            follow(gateway, file.change(before -> before.load(model, manner)));
        } catch (IOException e) {
            throw cannotBeTold(ModelId.of(model), e);
        }
        versions.forEach(version -> offer(gateway, version));
    }

    /** A bundle that was rolled back is tried, unless another gateway has tried it meanwhile and rolled it back again. */
    private void tryAgain(Gateway gateway, ServedVersion version, Manner manner) {
        try {
            records.reread(version.digest());
        } catch (IOException e) {
            say.accept("%s: what was decided about it cannot be read: %s".formatted(version.id(), e.getMessage()));
        }
        if (records.rolledBack(version.digest()).isEmpty()) {
            gateway.serve(version, manner);
        }
    }

    private static OipException cannotBeTold(ModelId model, IOException why) {
        return new OipException(
                OipError.INTERNAL,
                "%s: what is asked cannot be written for all gateways, so it is as it was: %s. See to that file, and ask again"
                        .formatted(model, why));
    }

    private OipException notThere(String model) {
        var names = new TreeSet<String>();
        known.values().forEach(version -> names.add(version.id().name()));
        Optional<String> why = refused.entrySet().stream()
                .filter(entry -> model(entry.getKey()).equals(model))
                .map(Map.Entry::getValue)
                .findFirst();
        return why.map(reason ->
                        new OipException(OipError.INVALID, "model %.80s is refused: %s".formatted(model, reason)))
                .orElseGet(() -> new OipException(
                        OipError.NOT_FOUND, "model: %.80s (expected: one of %s)".formatted(model, names)));
    }

    private static String model(Path place) {
        return place.getName(place.getNameCount() - 2).toString();
    }

    @Override
    public synchronized void unload(Gateway gateway, ModelId model) {
        try {
            follow(gateway, file.change(before -> before.unload(model)));
        } catch (IOException e) {
            throw cannotBeTold(model, e);
        }
    }

    @Override
    public synchronized List<RepositoryEntry> others() {
        var others = new ArrayList<RepositoryEntry>();
        refused.forEach((place, why) ->
                others.add(entry(model(place), place.getFileName().toString(), "it is refused: " + why)));
        for (ServedVersion version : known.values()) {
            ModelId id = version.id();
            Optional<String> why = orders.isUnloaded(id)
                    ? Optional.of("it was unloaded by request")
                    : records.rolledBack(version.digest()).map(words -> "it was rolled back " + words);
            why.ifPresent(words -> others.add(entry(id.name(), id.version().orElse(""), words)));
        }
        return others;
    }

    private static RepositoryEntry entry(String name, String version, String why) {
        return new RepositoryEntry(name, version, RepositoryEntry.State.UNAVAILABLE, why);
    }

    @Override
    public void close() {
        closed.countDown();
    }
}

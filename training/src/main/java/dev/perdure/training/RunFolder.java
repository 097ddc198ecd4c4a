package dev.perdure.training;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import dev.perdure.core.BadSettingException;
import dev.perdure.store.LocalObjectStore;
import dev.perdure.store.MirrorIncident;
import dev.perdure.store.MirroredObjectStore;
import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A run's folder.
 *
 * <pre>
 * config.yaml      the resolved configuration: every setting with its value
 * recipe.json      R = {data digest, sampling strategy, model, versions}: what it takes to repeat the run
 * checkpoints/     the checkpoint store, see docs/format.md
 * metrics.jsonl    a line a step and a line an epoch, along the steps that the weights went through
 * events.jsonl     what happened, in order: starts, restores, checkpoints, incidents
 * progress         counters shared by workers and supervisor (binary)
 * registry.db      what a supervisor must not forget, unless the configuration names a database for it
 * run.log          the log of supervisor and workers
 * report.json      the result, once there is one
 * report.html      the same for the eye
 * </pre>
 */
public record RunFolder(Path path) {

    public Path config() {
        return path.resolve("config.yaml");
    }

    public Path recipe() {
        return path.resolve("recipe.json");
    }

    public Path checkpoints() {
        return path.resolve("checkpoints");
    }

    public Path metrics() {
        return path.resolve("metrics.jsonl");
    }

    public Path events() {
        return path.resolve("events.jsonl");
    }

    public Path progress() {
        return path.resolve("progress");
    }

    public Path log() {
        return path.resolve("run.log");
    }

    /** Where records stand that were not used, if there are any: file, place and reason, one a line. */
    public Path badRecords() {
        return path.resolve("bad-records.txt");
    }

    /** The name of this run among all others. */
    Path identity() {
        return path.resolve(".run");
    }

    /** The durable facts of supervision, unless the configuration names a database for them. */
    public Path registry() {
        return path.resolve("registry.db");
    }

    /** Where workers find each other. */
    public Path meetings() {
        return path.resolve(".meetings");
    }

    /** Where workers find their supervisor. */
    public Path supervisorAddress() {
        return path.resolve(".supervisor");
    }

    public Path reportJson() {
        return path.resolve("report.json");
    }

    public Path reportHtml() {
        return path.resolve("report.html");
    }

    /** Returns the incidents of the run so far, in order; also while it goes on. */
    public List<Incident> incidents() throws IOException {
        return RunStory.incidents(this);
    }

    public boolean exists() {
        return Files.exists(config());
    }

    /**
     * Creates the folder for a configuration.
     *
     * @throws BadSettingException if the folder holds a run already, or something else
     */
    public void create(RunConfig config) throws IOException {
        if (exists()) {
            RunConfig held = readConfig();
            var differences = held.differencesThatMatter(config);
            throw new BadSettingException(
                    differences.isEmpty()
                            ? "--run %s: holds this run already. Go on with: perdure resume %s".formatted(path, path)
                            : "--run %s: holds a run of another configuration (%s). Choose another --run, or go on with that one: perdure resume %s"
                                    .formatted(path, String.join("; ", differences), path));
        }
        if (Files.exists(path) && (!Files.isDirectory(path) || !isEmpty(path))) {
            throw new BadSettingException(
                    "--run %s: exists and is no run folder (expected: a new or an empty folder). Choose another --run."
                            .formatted(path));
        }
        Files.createDirectories(path);
        write(config(), config.toYaml());
    }

    /**
     * Reads the run's configuration.
     *
     * @throws BadSettingException if the folder holds no run
     */
    public RunConfig readConfig() {
        if (!exists()) {
            throw new BadSettingException(
                    "%s: holds no run: config.yaml is missing (expected: a folder that 'perdure train' made)"
                            .formatted(path));
        }
        return RunConfig.read(config(), List.of());
    }

    /**
     * Opens the store of the run's checkpoints, mirrored if the settings say so: the mirror is a folder of this run's name
     * below the one configured.
     */
    public ObjectStore openCheckpoints(RunConfig config, Consumer<MirrorIncident> observer) throws IOException {
        ObjectStore primary = new LocalObjectStore(checkpoints());
        Optional<Path> mirror = config.checkpoint().mirror();
        if (mirror.isEmpty()) {
            return primary;
        }
        Path folder = config.base().resolve(mirror.get()).resolve(path.getFileName());
        return new MirroredObjectStore(primary, new LocalObjectStore(folder), observer);
    }

    /**
     * Claims the folder for one process, until the returned lock is closed or the process ends in any way.
     *
     * @param role {@code supervisor}, or {@code front} for whoever starts supervisors
     * @return nothing if another process holds it, or this one does already
     */
    public Optional<FileLock> tryLock(String role) throws IOException {
        FileChannel channel = FileChannel.open(
                path.resolve("." + role + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // This very process holds it.
        }
        if (lock == null) {
            channel.close();
        }
        return Optional.ofNullable(lock);
    }

    /** Writes a small text file whole or not at all, also when other processes write the same one. */
    static void write(Path file, String text) throws IOException {
        Path draft = file.resolveSibling("%s.%d.new"
                .formatted(file.getFileName(), ProcessHandle.current().pid()));
        Files.writeString(draft, text, UTF_8);
        try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(draft, file, ATOMIC_MOVE, REPLACE_EXISTING);
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.findAny().isEmpty();
        }
    }
}

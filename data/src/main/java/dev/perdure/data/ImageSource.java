package dev.perdure.data;

import dev.perdure.core.Digests;
import dev.perdure.data.DataSettings.Images;
import dev.perdure.data.DataSettings.Size;
import dev.perdure.data.ImageDecoder.Image;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Reads folders of images, a folder for each class. */
final class ImageSource {
    private static final int PIECE = 256;

    private final Images settings;
    private final Quarantine quarantine;

    ImageSource(Images settings, Quarantine quarantine) {
        this.settings = settings;
        this.quarantine = quarantine;
    }

    /** A file that may hold a sample. */
    private record Candidate(Path file, String name, int label) {}

    /** A sample, or why the file is none. */
    private sealed interface Tried {
        record Good(byte[] pixels, byte[] fingerprint) implements Tried {}

        record Bad(String reason) implements Tried {}
    }

    Records read() throws IOException {
        Sources.requireFolder(settings.folder(), "data.images.dir");
        List<String> classes = classes(settings.folder());
        List<Candidate> candidates = candidates(settings.folder(), classes);
        int train = candidates.size();
        if (settings.test().isPresent()) {
            Sources.requireFolder(settings.test().get(), "data.images.test");
            candidates.addAll(candidates(settings.test().get(), classes));
        }
        quarantine.read(candidates.size());
        Size size = settings.size().or(() -> firstSize(candidates)).orElse(new Size(1, 1));
        return decodeAll(
                candidates,
                train,
                classes,
                new Layout.Pixels(settings.channels(), size.height(), size.width(), true, false));
    }

    private static List<String> classes(Path folder) throws IOException {
        List<String> classes = visible(folder).stream()
                .filter(Files::isDirectory)
                .map(path -> path.getFileName().toString())
                .toList();
        if (classes.isEmpty()) {
            throw new BadDataException(
                    "%s: no folders (expected: a folder of images for each class)".formatted(folder));
        }
        return classes;
    }

    private List<Candidate> candidates(Path folder, List<String> classes) throws IOException {
        var candidates = new ArrayList<Candidate>();
        for (Path entry : visible(folder)) {
            int label = classes.indexOf(entry.getFileName().toString());
            for (Path file : Files.isDirectory(entry) ? visible(entry) : List.of(entry)) {
                candidates.add(new Candidate(file, folder.relativize(file).toString(), label));
            }
        }
        return candidates;
    }

    /** Returns what a folder holds in the order of the names, without what starts with a dot. */
    private static List<Path> visible(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(path -> !path.getFileName().toString().startsWith("."))
                    .sorted(java.util.Comparator.comparing(
                            path -> path.getFileName().toString()))
                    .toList();
        }
    }

    private Optional<Size> firstSize(List<Candidate> candidates) {
        for (Candidate candidate : candidates) {
            try {
                if (candidate.label() >= 0 && Files.isRegularFile(candidate.file())) {
                    Image image = ImageDecoder.decode(Files.readAllBytes(candidate.file()), settings.channels());
                    return Optional.of(new Size(image.width(), image.height()));
                }
            } catch (IOException e) {
                // The reason is found again, and kept, when all are decoded.
            }
        }
        return Optional.empty();
    }

    private Records decodeAll(List<Candidate> candidates, int train, List<String> classes, Layout.Pixels layout)
            throws IOException {
        var builder = new Builder(candidates, layout);
        for (int from = 0; from < candidates.size(); from += PIECE) {
            builder.add(from, decodePiece(candidates.subList(from, Math.min(candidates.size(), from + PIECE)), layout));
        }
        int testFrom = (int) builder.kept.stream().filter(i -> i < train).count();
        return new Records(builder.samples(), new Targets.Classes(builder.labels(), classes), layout, testFrom);
    }

    private List<Tried> decodePiece(List<Candidate> candidates, Layout.Pixels layout) throws IOException {
        List<Tried> tried = IntStream.range(0, candidates.size())
                .parallel()
                .mapToObj(i -> tryDecode(candidates.get(i), layout))
                .toList();
        if (Thread.currentThread().isInterrupted()) {
            throw new ClosedByInterruptException();
        }
        return tried;
    }

    private Tried tryDecode(Candidate candidate, Layout.Pixels layout) {
        if (candidate.label() < 0) {
            return new Tried.Bad("not in a folder of a known class");
        }
        if (!Files.isRegularFile(candidate.file())) {
            return new Tried.Bad("not a file (expected: a PNG or JPEG image)");
        }
        try {
            byte[] pixels = decode(candidate.file(), settings, layout);
            return new Tried.Good(pixels, Digests.sha256().digest(pixels));
        } catch (IOException e) {
            return new Tried.Bad(String.valueOf(e.getMessage()));
        }
    }

    private static byte[] decode(Path file, Images settings, Layout.Pixels layout) throws IOException {
        Image image = ImageDecoder.decode(Files.readAllBytes(file), layout.channels());
        if (settings.size().isPresent()) {
            return Resampler.resize(image, settings.size().get()).pixels();
        }
        if (image.width() != layout.width() || image.height() != layout.height()) {
            throw new IOException(
                    "%d×%d pixels, unlike the first image's %d×%d, and data.width and data.height are not set"
                            .formatted(image.width(), image.height(), layout.width(), layout.height()));
        }
        return image.pixels();
    }

    /** Gathers what was decoded: pixels as far as they fit in memory, fingerprints of all. */
    private final class Builder {
        private final List<Candidate> candidates;
        private final Layout.Pixels layout;
        private final List<Integer> kept = new ArrayList<>();
        private final MemorySegment pixels;
        private final MemorySegment fingerprints;

        Builder(List<Candidate> candidates, Layout.Pixels layout) {
            this.candidates = candidates;
            this.layout = layout;
            long fit = Math.min(candidates.size(), settings.preparation().memoryBytes() / layout.bytes());
            this.pixels = Arena.ofAuto().allocate(Math.max(1, fit * layout.bytes()));
            this.fingerprints = Arena.ofAuto().allocate(Math.max(1, candidates.size() * 32L));
        }

        void add(int from, List<Tried> piece) {
            for (int i = 0; i < piece.size(); i++) {
                switch (piece.get(i)) {
                    case Tried.Good good -> keep(from + i, good);
                    case Tried.Bad bad ->
                        quarantine.add(candidates.get(from + i).name(), -1, bad.reason());
                }
            }
        }

        private void keep(int candidate, Tried.Good good) {
            long sample = kept.size();
            kept.add(candidate);
            MemorySegment.copy(MemorySegment.ofArray(good.fingerprint()), 0, fingerprints, sample * 32, 32);
            if ((sample + 1) * layout.bytes() <= pixels.byteSize()) {
                MemorySegment.copy(
                        MemorySegment.ofArray(good.pixels()), 0, pixels, sample * layout.bytes(), layout.bytes());
            }
        }

        Samples samples() {
            List<Path> files = kept.stream().map(i -> candidates.get(i).file()).toList();
            return new ImageSamples(
                    files, layout.bytes(), pixels, fingerprints, file -> decode(file, settings, layout));
        }

        int[] labels() {
            return kept.stream().mapToInt(i -> candidates.get(i).label()).toArray();
        }
    }
}

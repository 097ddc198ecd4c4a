package dev.perdure.chaos;

import dev.perdure.chaos.ServePlan.Entry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Has a replica that starts find a damaged bundle, when it is such a fault's turn. The bundle itself is left as it is. */
public final class BundleDamage {
    private BundleDamage() {}

    /** Returns where a replica that starts now is to find a bundle: its place, or that of a damaged copy, once. */
    public static Path next(ChaosFolder folder, Path bundle) throws IOException {
        Optional<Entry> due = folder.serveEntries().stream()
                .filter(entry -> entry.fault() instanceof ServeFault.CorruptModel
                        || entry.fault() instanceof ServeFault.TruncateModel)
                .filter(entry -> folder.hasTurn(entry.id()) && !folder.isClaimed(entry.id()))
                .findFirst();
        if (due.isEmpty()) {
            return bundle;
        }
        Path copy = folder.path().resolve("damaged").resolve(due.get().id());
        Path file = largest(copied(bundle, copy));
        long at = Long.remainderUnsigned(due.get().draw(), Files.size(file));
        boolean isCut = due.get().fault() instanceof ServeFault.TruncateModel;
        if (isCut) {
            cut(file, at);
        } else {
            flip(file, at);
        }
        String how = "%s of %s".formatted(isCut ? "only " + at + " bytes" : "byte " + at, file.getFileName());
        return folder.claim(due.get().id(), "the next that starts", how) ? copy : bundle;
    }

    private static List<Path> copied(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.sorted().toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
        try (Stream<Path> files = Files.walk(to)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static Path largest(List<Path> files) {
        return files.stream().max(Comparator.comparingLong(BundleDamage::size)).orElseThrow();
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void cut(Path file, long length) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(length);
        }
    }

    private static void flip(Path file, long at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[Math.toIntExact(at)] ^= 0x10;
        Files.write(file, bytes);
    }
}
